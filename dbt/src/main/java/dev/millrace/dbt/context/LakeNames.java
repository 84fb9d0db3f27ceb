package dev.millrace.dbt.context;

import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.LakeSession;
import dev.millrace.dbt.adapter.LakeWrite;
import dev.millrace.dbt.adapter.LakeWrite.Action;
import dev.millrace.dbt.adapter.LakeWrite.SchemaPolicy;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.project.LakeModel;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code adapter.lake}: what the materializations of tables in the lake call. */
final class LakeNames implements Attributes {
  private final AdapterSession session;
  private final @Nullable Node node;

  LakeNames(AdapterSession session, @Nullable Node node) {
    this.session = session;
    this.node = node;
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "has" -> Members.function("has()", a -> has());
      case "is_partitioned" ->
          Members.function("is_partitioned()", a -> !lake().partitioning().isEmpty());
      case "write" ->
          Members.function(
              "write(action, sql, condition=None, on_schema_change='ignore')",
              a -> write(Printing.str(a[0]), Printing.str(a[1]), a[2], Printing.str(a[3])));
      default -> ABSENT;
    };
  }

  private boolean has() {
    Node own = node;
    return own != null
        && own.lake().isPresent()
        && session.lake().filter(l -> l.has(own.relation().orElseThrow())).isPresent();
  }

  private Node own() {
    Node own = node;
    if (own == null || own.lake().isEmpty()) {
      throw new PythonError("CompilationError", "this is no table of the lake");
    }
    return own;
  }

  private LakeModel lake() {
    return own().lake().orElseThrow();
  }

  private Object write(
      String action, String sql, @Nullable Object condition, String onSchemaChange) {
    Node own = own();
    LakeSession session =
        this.session
            .lake()
            .orElseThrow(
                () ->
                    new PythonError(
                        "CompilationError",
                        "`"
                            + own.name()
                            + "` is to be in the lake (`"
                            + LakeModel.key(own.config().values()).orElseThrow()
                            + "`), and the target has none; add `lake: embedded` to it in"
                            + " millrace.yml"));
    return session.write(
        new LakeWrite(
            own.relation().orElseThrow(),
            lake(),
            Action.valueOf(action.toUpperCase(Locale.ROOT)),
            sql,
            condition == null ? Optional.empty() : Optional.of(Printing.str(condition)),
            SchemaPolicy.valueOf(onSchemaChange.toUpperCase(Locale.ROOT))));
  }

  @Override
  public String typeName() {
    return "Lake";
  }
}
