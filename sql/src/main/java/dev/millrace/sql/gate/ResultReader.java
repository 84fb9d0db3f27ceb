package dev.millrace.sql.gate;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Struct;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads rows out of DuckDB's JDBC driver into the Java classes of {@link Kind}. */
final class ResultReader {
  private ResultReader() {}

  static QueryResult read(ResultSet rows, QueryLimits limits, long startedNanos)
      throws SQLException {
    ResultSetMetaData meta = rows.getMetaData();
    int width = meta.getColumnCount();
    List<Column> columns = new ArrayList<>();
    for (int i = 1; i <= width; i++) {
      DataType type =
          DataTypeParser.parse(meta.getColumnTypeName(i)).orElse(new DataType.Scalar(Kind.VARCHAR));
      columns.add(new Column(meta.getColumnLabel(i), type));
    }
    List<List<@Nullable Object>> read = new ArrayList<>();
    long bytes = 0;
    boolean truncated = false;
    while (rows.next()) {
      if (read.size() == limits.rows() || bytes > limits.bytes()) {
        truncated = true;
        break;
      }
      List<@Nullable Object> row = new ArrayList<>(width);
      for (int i = 1; i <= width; i++) {
        Object value = value(rows.getObject(i), columns.get(i - 1).type());
        bytes += weight(value);
        row.add(value);
      }
      read.add(Collections.unmodifiableList(row));
    }
    long millis = (System.nanoTime() - startedNanos) / 1_000_000;
    return new QueryResult(new Schema(columns), read, truncated, millis);
  }

  /** About how much memory a value takes. */
  private static long weight(@Nullable Object value) {
    if (value instanceof String text) {
      return 40 + text.length();
    } else if (value instanceof byte[] blob) {
      return 16 + blob.length;
    } else if (value instanceof List<?> list) {
      return 40 + list.stream().mapToLong(ResultReader::weight).sum();
    } else if (value instanceof Map<?, ?> map) {
      return 60 + map.values().stream().mapToLong(ResultReader::weight).sum();
    }
    return 16;
  }

  private static @Nullable Object value(@Nullable Object raw, DataType type) throws SQLException {
    if (raw == null) {
      return null;
    } else if (type instanceof DataType.ListOf list && raw instanceof Array array) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Object element : (Object[]) array.getArray()) {
        values.add(value(element, list.element()));
      }
      return values;
    } else if (type instanceof DataType.Struct struct && raw instanceof Struct fields) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      Object[] attributes = fields.getAttributes();
      for (int i = 0; i < attributes.length; i++) {
        Column field = struct.fields().get(i);
        values.put(field.name(), value(attributes[i], field.type()));
      }
      return values;
    } else if (type instanceof DataType.MapOf map && raw instanceof Map<?, ?> entries) {
      Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
      for (Map.Entry<?, ?> entry : entries.entrySet()) {
        values.put(value(entry.getKey(), map.key()), value(entry.getValue(), map.value()));
      }
      return values;
    } else if (type instanceof DataType.Scalar scalar) {
      return scalar(raw, scalar.kind());
    } else if (type instanceof DataType.Decimal) {
      return raw;
    }
    return raw.toString();
  }

  private static Object scalar(Object raw, Kind kind) throws SQLException {
    return switch (kind) {
      case HUGEINT, UHUGEINT, UBIGINT ->
          raw instanceof BigInteger big ? big : new BigInteger(raw.toString());
      case BLOB -> raw instanceof Blob blob ? blob.getBytes(1, (int) blob.length()) : text(raw);
      case TIMESTAMP ->
          raw instanceof java.sql.Timestamp timestamp ? timestamp.toLocalDateTime() : raw;
      case DATE -> raw instanceof java.sql.Date date ? date.toLocalDate() : raw;
      case TIMESTAMPTZ -> raw instanceof OffsetDateTime time ? time.toInstant() : raw;
      case VARCHAR, JSON, INTERVAL -> text(raw);
      default -> raw;
    };
  }

  private static String text(Object raw) {
    return raw instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : raw.toString();
  }
}
