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
   * record fits after all, else {@code why} is what is wrong. Casts that fail give NULL rather than
   * an error, since TRY around a function makes DuckDB go row by row through a whole vector.
   *
   * @param ordinals a relation with the column n
   */
  String fieldByField(String relation, String ordinals) {
    String fields =
        schema.columns().stream()
            .map(c -> Identifier.quote(c.name()) + " := " + field(c))
            .collect(Collectors.joining(", "));
    return "SELECT o, CASE WHEN j IS NULL THEN 'not valid JSON'"
        + " WHEN json_type(j) <> 'OBJECT' THEN 'not a JSON object but ' || lower(json_type(j))"
        + extraFields()
        + schema.columns().stream().map(this::wrongType).collect(Collectors.joining())
        + " END AS why, CASE WHEN j IS NOT NULL THEN struct_pack("
        + fields
        + ") END AS r FROM (SELECT o, TRY_CAST(v AS JSON) AS j FROM "
        + relation
        + " WHERE o IN (SELECT n FROM "
        + ordinals
        + "))";
  }

  private String extraFields() {
    if (!rejectExtraFields) {
      return "";
    }
    String known =
        schema.columns().stream()
            .map(c -> Identifier.literal(c.name()))
            .collect(Collectors.joining(", ", "[", "]"));
    String extra = "list_filter(json_keys(j), lambda k: NOT list_contains(" + known + ", k))";
    return " WHEN len(" + extra + ") > 0 THEN 'unknown field `' || " + extra + "[1] || '`'";
  }

  private String wrongType(Column column) {
    return " WHEN json_type(j, "
        + path(column)
        + ") <> 'NULL' AND "
        + field(column)
        + " IS NULL THEN "
        + Identifier.literal("field `" + column.name() + "` is not of type " + column.type() + ": ")
        + " || left(json_extract(j, "
        + path(column)
        + ")::VARCHAR, 100)";
  }

  /** The field's value, NULL if it is missing, null or of another type. */
  private static String field(Column column) {
    if (column.type() instanceof DataType.Scalar || column.type() instanceof DataType.Decimal) {
      return "TRY_CAST(json_extract_string(j, " + path(column) + ") AS " + column.type() + ")";
    }
    return "TRY(json_transform_strict(json_extract(j, "
        + path(column)
        + "), "
        + Identifier.literal(structure(column.type()))
        + "))";
  }

  private static String path(Column column) {
    String path = "$.\"" + column.name().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    return Identifier.literal(path);
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
