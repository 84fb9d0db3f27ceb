package dev.millrace.lake;

import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Rows of the heap as a table of a DuckDB in memory, with the types that the lake has for them. */
final class BatchTable {
  /** A query of the rows that were put last, and their weights. */
  static final String QUERY = "SELECT * FROM main.batch";

  private static final int MOST_DIGITS = 38;

  private final Connection duckdb;
  private final Schema types;

  /**
   * Makes an empty table.
   *
   * @param types the columns in the batches' order, with the lake's types
   */
  BatchTable(Connection duckdb, Schema types) throws SQLException {
    this.duckdb = duckdb;
    this.types = types;
    String columns =
        types.columns().stream()
            .map(c -> ", " + Identifier.quote(c.name()) + " " + c.type())
            .collect(Collectors.joining());
    try (Statement statement = duckdb.createStatement()) {
      statement.execute("CREATE TABLE main.batch (_w TINYINT" + columns + ")");
    }
  }

  /** Puts these rows in the place of those before. */
  void put(Batch batch) throws SQLException {
    try (Statement statement = duckdb.createStatement()) {
      statement.execute("TRUNCATE main.batch");
    }
    try (DuckDBAppender appender =
        duckdb.unwrap(DuckDBConnection.class).createAppender("memory", "main", "batch")) {
      for (int row = 0; row < batch.size(); row++) {
        appender.beginRow();
        appender.append(batch.weights()[row]);
        for (int i = 0; i < types.columns().size(); i++) {
          append(appender, types.columns().get(i).type(), batch.value(row, i));
        }
        appender.endRow();
      }
    }
  }

  private static void append(DuckDBAppender appender, DataType type, @Nullable Object value)
      throws SQLException {
    if (value == null) {
      appender.appendNull();
    } else if (type instanceof DataType.Struct struct) {
      appender.beginStruct();
      for (Column field : struct.fields()) {
        append(appender, field.type(), ((Map<?, ?>) value).get(field.name()));
      }
      appender.endStruct();
    } else if (type instanceof DataType.ListOf) {
      appender.append((List<?>) nested(type, value));
    } else if (type instanceof DataType.MapOf) {
      appender.append((Map<?, ?>) nested(type, value));
    } else if (type instanceof DataType.Decimal decimal) {
      appender.append(decimal(decimal, value));
    } else {
      append(appender, ((DataType.Scalar) type).kind(), value);
    }
  }

  private static void append(DuckDBAppender appender, Kind kind, Object value) throws SQLException {
    switch (kind) {
      case BOOLEAN -> appender.append((boolean) (Boolean) value);
      case INTEGER -> appender.append(((Number) value).intValue());
      case BIGINT -> appender.append(((Number) value).longValue());
      case FLOAT -> appender.append((float) (Float) value);
      case DOUBLE -> appender.append((double) (Double) value);
      case BLOB -> appender.append((byte[]) value);
      case DATE -> appender.appendEpochDays((int) ((LocalDate) value).toEpochDay());
      case TIME -> appender.appendDayMicros(((LocalTime) value).toNanoOfDay() / 1000);
      case TIMESTAMP ->
          appender.appendEpochMicros(micros(((LocalDateTime) value).toInstant(ZoneOffset.UTC)));
      case TIMESTAMPTZ -> appender.appendEpochMicros(micros((Instant) value));
      case UUID -> appender.append((UUID) value);
      default -> appender.append(value.toString());
    }
  }

  private static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
  }

  /** A value inside of a list or map, as the appender takes it. */
  private static @Nullable Object nested(DataType type, @Nullable Object value) {
    if (value == null) {
      return null;
    } else if (type instanceof DataType.ListOf list) {
      List<@Nullable Object> values = new ArrayList<>();
      ((List<?>) value).forEach(v -> values.add(nested(list.element(), v)));
      return values;
    } else if (type instanceof DataType.MapOf map) {
      Map<@Nullable Object, @Nullable Object> values = new LinkedHashMap<>();
      ((Map<?, ?>) value)
          .forEach((k, v) -> values.put(nested(map.key(), k), nested(map.value(), v)));
      return values;
    } else if (type instanceof DataType.Struct struct) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      struct
          .fields()
          .forEach(f -> values.put(f.name(), nested(f.type(), ((Map<?, ?>) value).get(f.name()))));
      return values;
    } else if (type instanceof DataType.Decimal decimal) {
      return decimal(decimal, value);
    }
    return switch (((DataType.Scalar) type).kind()) {
      case INTEGER -> (Object) ((Number) value).intValue();
      case BIGINT -> ((Number) value).longValue();
      case TIMESTAMPTZ -> ((Instant) value).atOffset(ZoneOffset.UTC);
      case VARCHAR -> value.toString();
      default -> value;
    };
  }

  private static BigDecimal decimal(DataType.Decimal type, Object value) {
    BigDecimal number =
        value instanceof BigInteger integer ? new BigDecimal(integer) : (BigDecimal) value;
    if (number.precision() > MOST_DIGITS) {
      throw LakeFailure.stop(
          LakeError.SINK_VALUE,
          "the number " + number + " has more than " + MOST_DIGITS + " digits",
          "cast the column in the model, such as to DOUBLE or VARCHAR");
    }
    return number.setScale(type.scale());
  }
}
