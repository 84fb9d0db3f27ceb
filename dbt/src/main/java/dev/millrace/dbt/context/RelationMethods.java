package dev.millrace.dbt.context;

import dev.millrace.dbt.context.TemplateRelation.Parts;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Dicts;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.Signature;
import dev.millrace.jinja.value.Undefined;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods of a relation. */
final class RelationMethods {
  private static final String PARTS = "(database=?, schema=?, identifier=?)";

  private RelationMethods() {}

  /** The method, or {@link Attributes#ABSENT}. */
  static @Nullable Object find(TemplateRelation relation, String name) {
    return switch (name) {
      case "render" -> (Callable) arguments -> relation.render();
      case "include" ->
          Members.function(
              "include" + PARTS,
              a -> relation.including(relation.include().with(a[0], a[1], a[2])));
      case "quote" ->
          Members.function(
              "quote" + PARTS, a -> relation.quoted(relation.quote().with(a[0], a[1], a[2])));
      case "replace_path" -> Members.function("replace_path" + PARTS, a -> path(relation, a));
      case "incorporate" ->
          Members.function(
              "incorporate(path=?, type=?, quote_policy=?, include_policy=?)",
              a -> incorporate(relation, a));
      case "replace" ->
          Members.function(
              "replace(path=?, type=?, quote_policy=?, include_policy=?)",
              a -> incorporate(relation, a));
      case "matches" ->
          Members.function(
              "matches(database=None, schema=None, identifier=None)", a -> matches(relation, a));
      case "without_identifier" ->
          (Callable)
              arguments ->
                  relation
                      .including(relation.include().with(true, true, false))
                      .path(relation.database(), relation.schema(), null);
      case "information_schema" ->
          Members.function(
              "information_schema(view_name=None)", a -> informationSchema(relation, a[0]));
      case "information_schema_only" -> (Callable) arguments -> informationSchema(relation, null);
      case "get" ->
          Members.function(
              "get(key, default=None)",
              a -> {
                String key = Printing.str(a[0]);
                Object value = relation.attribute(key);
                return value != Attributes.ABSENT
                    ? value
                    : relation.containsKey(key) ? relation.get((Object) key) : a[1];
              });
      case "quoted" ->
          Members.function(
              "quoted(identifier)", a -> "\"" + Printing.str(a[0]).replace("\"", "\"\"") + "\"");
      default -> Attributes.ABSENT;
    };
  }

  /** None for None and for what is undefined. */
  static @Nullable String text(@Nullable Object value) {
    return value == null || value instanceof Undefined || value == Signature.ABSENT
        ? null
        : Printing.str(value);
  }

  private static TemplateRelation path(TemplateRelation relation, @Nullable Object[] parts) {
    return relation.path(
        parts[0] == Signature.ABSENT ? relation.database() : text(parts[0]),
        parts[1] == Signature.ABSENT ? relation.schema() : text(parts[1]),
        parts[2] == Signature.ABSENT ? relation.identifier() : text(parts[2]));
  }

  static Parts parts(Parts before, @Nullable Object given) {
    return given instanceof Map<?, ?> map
        ? before.with(
            Dicts.get(map, "database"), Dicts.get(map, "schema"), Dicts.get(map, "identifier"))
        : before;
  }

  private static TemplateRelation incorporate(TemplateRelation relation, @Nullable Object[] given) {
    TemplateRelation result = relation;
    if (given[0] instanceof Map<?, ?> path) {
      result =
          path(
              result,
              new @Nullable Object[] {
                Dicts.get(path, "database"),
                Dicts.get(path, "schema"),
                Dicts.get(path, "identifier")
              });
    }
    if (given[1] != Signature.ABSENT) {
      result = result.typed(text(given[1]));
    }
    return result
        .quoted(parts(result.quote(), given[2]))
        .including(parts(result.include(), given[3]));
  }

  private static boolean matches(TemplateRelation relation, @Nullable Object[] parts) {
    return same(relation.database(), parts[0])
        && same(relation.schema(), parts[1])
        && same(relation.identifier(), parts[2]);
  }

  private static boolean same(@Nullable String own, @Nullable Object wanted) {
    return wanted == null
        || (own != null
            && own.toLowerCase(Locale.ROOT).equals(Printing.str(wanted).toLowerCase(Locale.ROOT)));
  }

  private static TemplateRelation informationSchema(
      TemplateRelation relation, @Nullable Object view) {
    return TemplateRelation.of(
            relation.database(), "INFORMATION_SCHEMA", text(view), relation.type())
        .quoted(new Parts(true, false, false))
        .including(new Parts(relation.database() != null, true, true));
  }
}
