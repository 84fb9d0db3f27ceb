package dev.millrace.engine.batch;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Struct;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBStruct;
import org.duckdb.JsonNode;
import org.jspecify.annotations.Nullable;

/** Values of DuckDB's driver as the classes that {@code QueryResult} promises. */
final class ResultValues {
  private ResultValues() {}

  /** The current row. */
  static List<@Nullable Object> row(ResultSet rows, ResultSetMetaData meta) throws SQLException {
    int count = meta.getColumnCount();
    List<@Nullable Object> values = new ArrayList<>(count);
    for (int i = 1; i <= count; i++) {
      Object value = rows.getObject(i);
      values.add(
          "INTERVAL".equals(meta.getColumnTypeName(i)) && value != null
              ? interval(String.valueOf(value))
              : convert(value));
    }
    return values;
  }

  private static @Nullable Object convert(@Nullable Object value) throws SQLException {
    if (value == null
        || value instanceof String
        || value instanceof Long
        || value instanceof Boolean
        || value instanceof Double
        || value instanceof BigDecimal
        || value instanceof BigInteger) {
      return value;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Float number) {
      return number.doubleValue();
    }
    if (value instanceof Timestamp time) {
      return time.toLocalDateTime();
    }
    if (value instanceof Blob blob) {
      return blob.getBytes(1, (int) blob.length());
    }
    return nested(value);
  }

  private static Object nested(Object value) throws SQLException {
    if (value instanceof DuckDBStruct struct) {
      return map(struct.getMap());
    }
    if (value instanceof Map<?, ?> map) {
      return map(map);
    }
    if (value instanceof Array array) {
      List<@Nullable Object> elements = new ArrayList<>();
      for (Object element : (Object[]) array.getArray()) {
        elements.add(convert(element));
      }
      return elements;
    }
    if (value instanceof Struct struct) {
      List<@Nullable Object> fields = new ArrayList<>();
      for (Object field : struct.getAttributes()) {
        fields.add(convert(field));
      }
      return fields;
    }
    if (value instanceof java.time.temporal.Temporal) {
      return value;
    }
    // UUID, JSON, and whatever DuckDB may have one day.
    return value instanceof JsonNode json ? json.toString() : String.valueOf(value);
  }

  private static Map<@Nullable Object, @Nullable Object> map(Map<?, ?> entries)
      throws SQLException {
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      map.put(convert(entry.getKey()), convert(entry.getValue()));
    }
    return map;
  }

  /** A duration if the interval has no months or years, else DuckDB's text of it. */
  private static Object interval(String text) {
    Duration sum = Duration.ZERO;
    String[] words = text.split(" ");
    int at = 0;
    while (at + 1 < words.length) {
      if (!words[at + 1].startsWith("day")) {
        return text;
      }
      sum = sum.plusDays(Long.parseLong(words[at]));
      at += 2;
    }
    if (at < words.length) {
      String clock = words[at];
      boolean negative = clock.startsWith("-");
      String[] parts = (negative ? clock.substring(1) : clock).split(":");
      Duration time =
          Duration.ofHours(Long.parseLong(parts[0]))
              .plusMinutes(Long.parseLong(parts[1]))
              .plusNanos(new BigDecimal(parts[2]).movePointRight(9).longValueExact());
      sum = negative ? sum.minus(time) : sum.plus(time);
    }
    return sum;
  }
}
