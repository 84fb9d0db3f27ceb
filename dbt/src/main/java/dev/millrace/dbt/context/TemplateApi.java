package dev.millrace.dbt.context;

import dev.millrace.dbt.context.TemplateRelation.Parts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code api}: the classes that templates make relations and columns with. */
final class TemplateApi {
  static final Members RELATION =
      new Members("RelationProxy")
          .function(
              "create",
              "(database=None, schema=None, identifier=None, type=None, quote_policy=None,"
                  + " include_policy=None, limit=None)",
              a ->
                  TemplateRelation.of(
                          RelationMethods.text(a[0]),
                          RelationMethods.text(a[1]),
                          RelationMethods.text(a[2]),
                          RelationMethods.text(a[3]))
                      .quoted(RelationMethods.parts(Parts.ALL, a[4]))
                      .including(RelationMethods.parts(Parts.ALL, a[5])))
          .function("add_ephemeral_prefix", "(name)", a -> TemplateRelation.EPHEMERAL + a[0])
          .function("scd_args", "(primary_key, updated_at)", TemplateApi::scdArguments)
          .function("get_default_quote_policy", "()", a -> Parts.ALL.dict())
          .function("get_default_include_policy", "()", a -> Parts.ALL.dict())
          .value("Table", "table")
          .value("View", "view")
          .value("CTE", "cte")
          .value("External", "external")
          .value("MaterializedView", "materialized_view");

  static final ColumnClass COLUMN = new ColumnClass();

  static final Map<String, Object> ALL = Map.of("Relation", RELATION, "Column", COLUMN);

  private TemplateApi() {}

  /** What the id of a snapshot's version is made of. */
  private static List<@Nullable Object> scdArguments(@Nullable Object[] a) {
    List<@Nullable Object> all = new ArrayList<>();
    if (a[0] instanceof List<?> keys) {
      all.addAll(keys);
    } else {
      all.add(a[0]);
    }
    all.add(a[1]);
    return all;
  }
}
