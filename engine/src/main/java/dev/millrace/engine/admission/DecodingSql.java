package dev.millrace.engine.admission;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Wire;
import dev.millrace.project.RecordFormat;
import dev.millrace.project.RecordFormat.Changes;
import dev.millrace.project.RecordFormat.Field;
import dev.millrace.project.RecordFormat.Part;
import dev.millrace.project.StreamSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The SQL by which DuckDB decodes records of a stream, with what each column's value is in the heap
 * and in DuckDB. In it {@code v} is a record's value, {@code k} its key, {@code j} and {@code kj}
 * the same as JSON, {@code e} the change event, {@code d} its operation, {@code r} the row. Casts
 * that fail give NULL rather than an error, since TRY around a function makes DuckDB go row by row
 * through a whole vector.
 */
final class DecodingSql {
  private static final Pattern FIRST_STEP = Pattern.compile("\\$\\.\"((?:[^\"\\\\]|\\\\.)*)\".*");

  private static final DataType DAYS = new DataType.Scalar(DataType.Kind.INTEGER);

  private final StreamSpec stream;
  private final RecordFormat format;
  private final List<Column> all;
  private final List<Integer> decoded = new ArrayList<>();
  private final List<String> headers = new ArrayList<>();

  DecodingSql(StreamSpec stream) {
    this.stream = stream;
    this.format = stream.format();
    this.all = stream.declaration().schema().columns();
    for (int i = 0; i < all.size(); i++) {
      Field field = format.fields().get(i);
      if (RecordDecoder.isDecoded(field)) {
        decoded.add(i);
      }
      RecordDecoder.header(field).filter(h -> !headers.contains(h)).ifPresent(headers::add);
    }
  }

  /** The headers that are read, in the order of their columns. */
  List<String> headers() {
    return headers;
  }

  /** The columns of {@link DecodedRows} that the SELECT returns. */
  List<Integer> columns() {
    List<Integer> columns = new ArrayList<>(decoded);
    if (format.isChanges()) {
      columns.add(all.size());
    }
    return columns;
  }

  /** SQL of a column's value, from its column in {@link DecodedRows}. */
  static String read(Column column, String name) {
    return Wire.of(column.type())
        .map(wire -> wire.in(name))
        .orElseGet(
            () -> "json_transform_strict(" + name + ", " + structureLiteral(column.type()) + ")");
  }

  /**
   * A SELECT of (o, why, columns): {@code why} is NULL and the columns are the row if the record
   * fits after all, else {@code why} is what is wrong.
   *
   * @param rows a relation of ordinal, value, key and headers
   */
  String select(String rows) {
    StringBuilder texts = new StringBuilder();
    StringBuilder fields = new StringBuilder();
    StringBuilder out = new StringBuilder();
    for (int i : decoded) {
      texts.append(", ").append(text(i)).append(" AS t").append(i);
      fields.append(", ").append(field(i)).append(" AS f").append(i);
      out.append(", CASE WHEN why IS NULL THEN ").append(out(i)).append(" END");
    }
    if (format.isChanges()) {
      out.append(", op::BIGINT");
    }
    return "SELECT o, why"
        + out
        + " FROM (SELECT *, "
        + why()
        + " AS why FROM (SELECT *"
        + fields
        + " FROM (SELECT *"
        + texts
        + " FROM ("
        + row(rows)
        + "))))";
  }

  /** A SELECT of a record's parts. */
  private String row(String rows) {
    StringBuilder parts =
        new StringBuilder("SELECT c0 AS o, c1 AS v, c2 AS k, TRY_CAST(c1 AS JSON) AS j");
    parts.append(", TRY_CAST(c2 AS JSON) AS kj");
    for (int h = 0; h < headers.size(); h++) {
      parts.append(", c").append(h + 3).append(" AS h").append(h);
    }
    parts.append(" FROM ").append(rows);
    return switch (format.changes()) {
      case NONE -> "SELECT *, j AS r FROM (" + parts + ")";
      case UPSERT ->
          "SELECT *, j AS r, CASE WHEN v IS NULL OR json_type(j) = 'NULL' THEN "
              + JsonDecoder.DELETE
              + " ELSE "
              + JsonDecoder.PUT
              + " END AS op FROM ("
              + parts
              + ")";
      case DEBEZIUM ->
          "SELECT * REPLACE ("
              + payload("kj")
              + " AS kj), CASE WHEN d = 'd' THEN json_extract(e, '$.before') ELSE json_extract(e, '$.after') END AS r,"
              + " CASE WHEN v IS NULL THEN "
              + JsonDecoder.DELETE_AGAIN
              + " WHEN d = 'd' THEN "
              + JsonDecoder.DELETE
              + " WHEN d = 'm' THEN "
              + JsonDecoder.NOTHING
              + " ELSE "
              + JsonDecoder.PUT
              + " END AS op FROM (SELECT *, json_extract_string(e, '$.op') AS d FROM (SELECT *, "
              + payload("j")
              + " AS e FROM ("
              + parts
              + ")))";
    };
  }

  /** What Kafka Connect's converter may have put a schema beside. */
  private static String payload(String json) {
    return "CASE WHEN json_type("
        + json
        + ", '$.schema') NOTNULL AND json_type("
        + json
        + ", '$.payload') NOTNULL THEN json_extract("
        + json
        + ", '$.payload') ELSE "
        + json
        + " END";
  }

  private boolean isStructured(int i) {
    return Wire.of(all.get(i).type()).isEmpty();
  }

  /** True if the value is the field's JSON itself. */
  private boolean isJson(int i) {
    return isStructured(i)
        || all.get(i).type() instanceof DataType.Scalar scalar
            && scalar.kind() == DataType.Kind.JSON;
  }

  private boolean isKey(int i) {
    return format.key().contains(all.get(i).name());
  }

  /** The value's text; of a list or structure its JSON. */
  private String text(int i) {
    Field field = format.fields().get(i);
    String path = field.paths().stream().findFirst().orElse("");
    boolean whole = path.equals(RecordFormat.WHOLE);
    String text =
        switch (field.part()) {
          case REST -> rest();
          case VALUE -> whole ? "v" : extracted("r", field.paths(), isJson(i));
          case ENVELOPE -> extracted("e", field.paths(), isJson(i));
          case KEY -> whole ? wholeKey() : extracted("kj", field.paths(), isJson(i));
          case HEADER -> "h" + headers.indexOf(path);
          default -> throw new IllegalStateException("not decoded: " + field);
        };
    return isKey(i) && field.part() == Part.VALUE && !whole
        ? "coalesce(" + text + ", " + keyText(all.get(i).name()) + ")"
        : text;
  }

  private static String extracted(String json, List<String> paths, boolean structured) {
    return paths.stream()
        .map(Identifier::literal)
        .map(
            path ->
                structured
                    ? "CASE WHEN json_type("
                        + json
                        + ", "
                        + path
                        + ") <> 'NULL' THEN json_extract("
                        + json
                        + ", "
                        + path
                        + ")::VARCHAR END"
                    : "json_extract_string(" + json + ", " + path + ")")
        .collect(Collectors.joining(", ", "coalesce(", ", NULL)"));
  }

  private static String wholeKey() {
    return "CASE WHEN json_type(kj) = 'VARCHAR' THEN json_extract_string(kj, '$') ELSE k END";
  }

  /** A column of the key, from the record's key: a field of it, or all of it. */
  private String keyText(String column) {
    String name = Identifier.literal(RecordFormat.path(column));
    return "CASE WHEN json_type(kj) = 'OBJECT' THEN json_extract_string(kj, "
        + name
        + ")"
        + (format.key().size() == 1 ? " ELSE " + wholeKey() : "")
        + " END";
  }

  /** The value, NULL if it is missing, null or of another type. */
  private String field(int i) {
    String text = "t" + i;
    DataType type = all.get(i).type();
    if (isStructured(i)) {
      return "TRY(json_transform_strict(" + text + ", " + structureLiteral(type) + "))";
    }
    return switch (format.fields().get(i).encoding()) {
      case PLAIN ->
          WholeNumbers.isInteger(type)
              ? WholeNumbers.cast(text, type)
              : "TRY_CAST(" + text + " AS " + type + ")";
      case BASE64 -> "TRY(from_base64(" + text + "))";
      case HEX -> "CASE WHEN len(" + text + ") % 2 = 0 THEN TRY(unhex(" + text + ")) END";
      case DAYS -> "TRY('1970-01-01'::DATE + " + WholeNumbers.cast(text, DAYS) + ")";
      case SECONDS -> time(type, "(TRY_CAST(" + text + " AS DECIMAL(38,6)) * 1000000)");
      case MILLIS -> time(type, "(TRY_CAST(" + text + " AS DECIMAL(38,3)) * 1000)");
      case MICROS -> time(type, "TRY_CAST(" + text + " AS HUGEINT)");
      case NANOS -> time(type, "(TRY_CAST(" + text + " AS HUGEINT) // 1000)");
    };
  }

  private static String time(DataType type, String micros) {
    String whole = "TRY_CAST(TRY(" + micros + ") AS BIGINT)";
    DataType.Kind kind =
        type instanceof DataType.Scalar scalar ? scalar.kind() : DataType.Kind.TIMESTAMPTZ;
    return switch (kind) {
      case TIME ->
          "CASE WHEN "
              + whole
              + " BETWEEN 0 AND 86399999999 THEN '00:00:00'::TIME + to_microseconds("
              + whole
              + ") END";
      case TIMESTAMP -> "TRY(make_timestamp(" + whole + "))";
      default -> "TRY(make_timestamptz(" + whole + "))";
    };
  }

  private String out(int i) {
    return Wire.of(all.get(i).type())
        .map(wire -> wire.out("f" + i))
        .orElse("CASE WHEN f" + i + " NOTNULL THEN t" + i + " END");
  }

  private String why() {
    StringBuilder why = new StringBuilder("CASE");
    boolean debezium = format.changes() == Changes.DEBEZIUM;
    if (format.isChanges()) {
      why.append(" WHEN v IS NULL AND k IS NULL THEN 'the record has neither key nor value'");
    }
    if (format.readsJson()) {
      why.append(
          " WHEN v NOTNULL AND j IS NULL THEN 'not valid JSON' WHEN json_type(j) <> 'OBJECT'");
      why.append(format.changes() == Changes.UPSERT ? " AND json_type(j) <> 'NULL'" : "");
      why.append(" THEN 'not a JSON object but ' || lower(json_type(j))");
    }
    if (debezium) {
      why.append(" WHEN v NOTNULL AND d IS NULL THEN 'not a change event: it has no `op`'");
      why.append(" WHEN d = 't' THEN 'a truncation, which cannot be applied'");
      why.append(" WHEN d NOT IN ('c', 'r', 'u', 'd', 'm') THEN 'unknown `op` ' || d");
      why.append(" WHEN d IN ('c', 'r', 'u') AND coalesce(json_type(r), 'NULL') <> 'OBJECT'");
      why.append(" THEN 'the change event has no row in `after`'");
    }
    why.append(extraFields());
    for (int i : decoded) {
      why.append(wrongType(i));
    }
    return why + " END";
  }

  private String extraFields() {
    if (stream.extraFields() != StreamSpec.ExtraFields.REJECT || !format.readsJson()) {
      return "";
    }
    String extra = unknownFields();
    return " WHEN "
        + (format.isChanges() ? "op = " + JsonDecoder.PUT + " AND " : "")
        + "len("
        + extra
        + ") > 0 THEN 'unknown field `' || "
        + extra
        + "[1] || '`'";
  }

  /** The names of the row's fields that are no column. */
  private String unknownFields() {
    String known =
        format.fields().stream()
            .filter(f -> f.part() == Part.VALUE)
            .flatMap(f -> f.paths().stream())
            .map(FIRST_STEP::matcher)
            .filter(Matcher::matches)
            .map(m -> Identifier.literal(m.group(1).replaceAll("\\\\(.)", "$1")))
            .collect(Collectors.joining(", ", "[", "]::VARCHAR[]"));
    return "list_filter(json_keys(r), lambda k: NOT list_contains(" + known + ", k))";
  }

  /** The fields of the row that are no column, as an object; NULL if there are none. */
  private String rest() {
    String extra = unknownFields();
    String quoted = "replace(replace(k, '\\', '\\\\'), '\"', '\\\"')";
    return "CASE WHEN len("
        + extra
        + ") > 0 THEN '{' || array_to_string(list_transform("
        + extra
        + ", lambda k: to_json(k)::VARCHAR || ':' || json_extract(r, '$.\"' || "
        + quoted
        + " || '\"')::VARCHAR), ',') || '}' END";
  }

  /** What is wrong with a column; of a row that is deleted only its key matters. */
  private String wrongType(int i) {
    Column column = all.get(i);
    String missing = "";
    String concerned = "";
    if (format.isChanges()) {
      concerned = isKey(i) ? "op <> " + JsonDecoder.NOTHING : "op = " + JsonDecoder.PUT;
      concerned += " AND ";
      missing =
          isKey(i)
              ? " WHEN "
                  + concerned
                  + "t"
                  + i
                  + " IS NULL THEN "
                  + Identifier.literal("key column `" + column.name() + "` is missing")
              : "";
    }
    return missing
        + " WHEN "
        + concerned
        + "t"
        + i
        + " NOTNULL AND (f"
        + i
        + " IS NULL"
        + fractions(i)
        + ") THEN "
        + Identifier.literal("field `" + column.name() + "` is not of type " + column.type() + ": ")
        + " || left("
        + shown(i)
        + ", 100)";
  }

  /** Of lists and structures: or an integer in it was rounded. */
  private String fractions(int i) {
    return isStructured(i)
        ? WholeNumbers.withFractions(all.get(i).type())
            .map(
                type ->
                    " OR CASE WHEN regexp_matches(t%1$d, '[0-9][.eE]') THEN f%1$d::%2$s IS DISTINCT FROM TRY(json_transform(t%1$d, %3$s)) ELSE FALSE END"
                        .formatted(i, type, structureLiteral(type)))
            .orElse("")
        : "";
  }

  /** The value as it stands in the record. */
  private String shown(int i) {
    Field field = format.fields().get(i);
    String path = field.paths().stream().findFirst().orElse("");
    return field.part() == Part.VALUE && !path.equals(RecordFormat.WHOLE)
        ? "coalesce(json_extract(r, " + Identifier.literal(path) + ")::VARCHAR, t" + i + ")"
        : "t" + i;
  }

  private static String structureLiteral(DataType type) {
    return Identifier.literal(structure(type));
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
