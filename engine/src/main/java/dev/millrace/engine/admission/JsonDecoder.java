package dev.millrace.engine.admission;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Lets DuckDB decode single JSON records, field by field, and tell what is wrong with one that does
 * not fit. {@link FlatJson} has decoded the common ones before.
 */
final class JsonDecoder {
  private final Schema schema;
  private final boolean rejectExtraFields;

  JsonDecoder(Schema schema, boolean rejectExtraFields) {
    this.schema = schema;
    this.rejectExtraFields = rejectExtraFields;
  }

  /**
   * A SELECT of (o, why, r) for single records: {@code why} is NULL and {@code r} the row if the
   * record fits after all, else {@code why} is what is wrong.
   *
   * @param ordinals a relation with the column n
   */
  String fieldByField(String relation, String ordinals) {
    String fields =
        schema.columns().stream()
            .map(c -> Identifier.quote(c.name()) + " := " + field(c))
            .collect(Collectors.joining(", "));
    return "SELECT o, CASE WHEN NOT json_valid(v) THEN 'not valid JSON'"
        + " WHEN json_type(v) <> 'OBJECT' THEN 'not a JSON object but ' || lower(json_type(v))"
        + extraFields()
        + schema.columns().stream().map(this::wrongType).collect(Collectors.joining())
        + " END AS why, CASE WHEN json_valid(v) THEN struct_pack("
        + fields
        + ") END AS r FROM "
        + relation
        + " WHERE o IN (SELECT n FROM "
        + ordinals
        + ")";
  }

  private String extraFields() {
    if (!rejectExtraFields) {
      return "";
    }
    String known =
        schema.columns().stream()
            .map(c -> Identifier.literal(c.name()))
            .collect(Collectors.joining(", ", "[", "]"));
    String extra = "list_filter(json_keys(v), lambda k: NOT list_contains(" + known + ", k))";
    return " WHEN len(" + extra + ") > 0 THEN 'unknown field `' || " + extra + "[1] || '`'";
  }

  private String wrongType(Column column) {
    String value = extract(column);
    return " WHEN "
        + value
        + " IS NOT NULL AND json_type("
        + value
        + ") <> 'NULL' AND "
        + field(column)
        + " IS NULL THEN "
        + Identifier.literal("field `" + column.name() + "` is not of type " + column.type() + ": ")
        + " || left("
        + value
        + "::VARCHAR, 100)";
  }

  private static String field(Column column) {
    return "TRY(json_transform_strict("
        + extract(column)
        + ", "
        + Identifier.literal(structure(column.type()))
        + "))";
  }

  private static String extract(Column column) {
    String path = "$.\"" + column.name().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    return "json_extract(v, " + Identifier.literal(path) + ")";
  }

  private static String structure(List<Column> fields) {
    return fields.stream()
        .map(f -> quote(f.name()) + ":" + structure(f.type()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String structure(DataType type) {
    if (type instanceof DataType.Struct struct) {
      return structure(struct.fields());
    }
    if (type instanceof DataType.ListOf list) {
      return "[" + structure(list.element()) + "]";
    }
    return quote(type.toString());
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
