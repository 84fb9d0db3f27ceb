package dev.millrace.engine.admission;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.store.Block;
import dev.millrace.engine.store.RowFunction;
import dev.millrace.engine.store.Rows;
import dev.millrace.engine.store.StoreReader;
import dev.millrace.engine.store.Wire;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * Lets DuckDB decode single JSON records, field by field, and tell what is wrong with one that does
 * not fit. {@link FlatJson} has decoded the common ones before. For one thread.
 */
final class JsonDecoder implements RowFunction.Provider, AutoCloseable {
  private final Schema schema;
  private final boolean rejectExtraFields;
  private final long handle = RowFunction.add(this);
  private @Nullable Wanted wanted;

  /** Single records, as their ordinals and texts. */
  private record Wanted(DecodedRows rows, int[] ordinals) implements Rows {
    @Override
    public int size() {
      return ordinals.length;
    }

    @Override
    public void fill(int column, int from, int count, DuckDBWritableVector vector) {
      byte[][] values = new byte[count][];
      for (int i = 0; i < count; i++) {
        int ordinal = ordinals[from + i];
        if (column == 0) {
          vector.setLong(i, ordinal);
        } else {
          byte[] value = rows.records().value(ordinal);
          values[i] = value == null ? new byte[0] : value;
        }
      }
      if (column > 0) {
        vector.setStringUtf8Batch(0, values);
      }
    }
  }

  JsonDecoder(Schema schema, boolean rejectExtraFields) {
    this.schema = schema;
    this.rejectExtraFields = rejectExtraFields;
  }

  /** What is done with a record: {@code why} is null if it was decoded. */
  interface Action {
    void accept(int ordinal, @Nullable String why);
  }

  /** Decodes records into {@code rows}; texts of lists and structs are JSON. */
  void decode(StoreReader reader, DecodedRows rows, int[] ordinals, Action action)
      throws SQLException {
    wanted = new Wanted(rows, ordinals);
    List<Wire.Kind> kinds = new ArrayList<>(List.of(Wire.Kind.LONG, Wire.Kind.TEXT));
    kinds.addAll(kinds(schema));
    reader.queryPrepared(
        select(),
        List.of(),
        kinds,
        (block, i) -> {
          int o = (int) block.number(0, i);
          if (block.isNull(1, i)) {
            take(block, i, rows, o);
          }
          action.accept(o, block.text(1, i));
        });
    wanted = null;
  }

  private static void take(Block block, int row, DecodedRows rows, int o) {
    for (int c = 2; c < block.width(); c++) {
      String text = block.kind(c) == Wire.Kind.TEXT ? block.text(c, row) : null;
      if (block.isNull(c, row)) {
        rows.setNull(c - 2, o);
      } else if (text != null) {
        rows.setText(c - 2, o, text);
      } else {
        rows.setNumber(c - 2, o, block.number(c, row));
      }
    }
  }

  /** The kinds of the columns in {@link DecodedRows}; lists and structs are texts of JSON. */
  static List<Wire.Kind> kinds(Schema schema) {
    return schema.columns().stream()
        .map(c -> Wire.of(c.type()).map(Wire::kind).orElse(Wire.Kind.TEXT))
        .toList();
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
   * fits after all, else {@code why} is what is wrong. Casts that fail give NULL rather than an
   * error, since TRY around a function makes DuckDB go row by row through a whole vector.
   */
  private String select() {
    StringBuilder fields = new StringBuilder();
    StringBuilder out = new StringBuilder();
    StringBuilder wrong = new StringBuilder();
    for (int i = 0; i < schema.columns().size(); i++) {
      Column column = schema.columns().get(i);
      String name = "f" + i;
      fields.append(", ").append(field(column)).append(" AS ").append(name);
      out.append(", CASE WHEN why IS NULL THEN ").append(out(column, name)).append(" END");
      wrong.append(wrongType(column, name));
    }
    return "SELECT o, why"
        + out
        + " FROM (SELECT *, CASE WHEN j IS NULL THEN 'not valid JSON'"
        + " WHEN json_type(j) <> 'OBJECT' THEN 'not a JSON object but ' || lower(json_type(j))"
        + extraFields()
        + wrong
        + " END AS why FROM (SELECT o, j"
        + fields
        + " FROM (SELECT c0 AS o, TRY_CAST(c1 AS JSON) AS j FROM "
        + RowFunction.plannedSql(handle)
        + ")))";
  }

  private static String out(Column column, String name) {
    return Wire.of(column.type())
        .map(wire -> wire.out(name))
        .orElse(
            "CASE WHEN "
                + name
                + " NOTNULL THEN json_extract(j, "
                + path(column)
                + ")::VARCHAR END");
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

  private static String wrongType(Column column, String name) {
    return " WHEN json_type(j, "
        + path(column)
        + ") <> 'NULL' AND "
        + name
        + " IS NULL THEN "
        + Identifier.literal("field `" + column.name() + "` is not of type " + column.type() + ": ")
        + " || left(json_extract(j, "
        + path(column)
        + ")::VARCHAR, 100)";
  }

  /** The field's value, NULL if it is missing, null or of another type. */
  private static String field(Column column) {
    if (column.type().equals(new DataType.Scalar(DataType.Kind.BLOB))) {
      return "TRY(from_base64(json_extract_string(j, " + path(column) + ")))";
    }
    if (column.type().equals(new DataType.Scalar(DataType.Kind.JSON))) {
      return "nullif(json_extract(j, " + path(column) + "), 'null')";
    }
    if (Wire.of(column.type()).isPresent()) {
      return "TRY_CAST(json_extract_string(j, " + path(column) + ") AS " + column.type() + ")";
    }
    return "TRY(json_transform_strict(json_extract(j, "
        + path(column)
        + "), "
        + structureLiteral(column.type())
        + "))";
  }

  private static String path(Column column) {
    String path = "$.\"" + column.name().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    return Identifier.literal(path);
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

  @Override
  public List<Wire.Kind> columns() {
    return List.of(Wire.Kind.LONG, Wire.Kind.TEXT);
  }

  @Override
  public long expected() {
    Wanted current = wanted;
    return current == null ? 10 : current.size();
  }

  @Override
  public Rows open() {
    Wanted current = wanted;
    if (current == null) {
      throw new IllegalStateException("no records are wanted");
    }
    return current;
  }

  @Override
  public void close() {
    RowFunction.remove(handle);
  }
}
