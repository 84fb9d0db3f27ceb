package dev.millrace.lake;

import dev.millrace.api.type.Identifier;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.UnicodeUtil;
import org.jspecify.annotations.Nullable;

/**
 * What DuckDB says of the columns of a file that it wrote, as Iceberg keeps it so that readers can
 * leave files out. A bound that is not certain is left out, which costs a reader time and nothing
 * else. Columns inside of structs, lists and maps have none.
 */
final class FileMetrics {
  /** As Iceberg's own writers shorten bounds of texts. */
  private static final int BOUND_CHARACTERS = 16;

  private final Map<Integer, Long> sizes = new HashMap<>();
  private final Map<Integer, Long> values = new HashMap<>();
  private final Map<Integer, Long> nulls = new HashMap<>();
  private final Map<Integer, Long> nans = new HashMap<>();
  private final Map<Integer, ByteBuffer> lower = new HashMap<>();
  private final Map<Integer, ByteBuffer> upper = new HashMap<>();

  private FileMetrics() {}

  /**
   * Reads the column {@code column_statistics} that COPY with RETURN_STATS gives.
   *
   * @param statistics by quoted name of the column, texts by name
   */
  static Metrics of(Schema schema, long rows, Map<?, ?> statistics) {
    FileMetrics metrics = new FileMetrics();
    for (Types.NestedField field : schema.columns()) {
      String name = Identifier.quote(field.name());
      if (field.type().isPrimitiveType() && statistics.get(name) instanceof Map<?, ?> column) {
        metrics.add(field, column);
      }
    }
    return new Metrics(
        rows,
        metrics.sizes,
        metrics.values,
        metrics.nulls,
        metrics.nans,
        metrics.lower,
        metrics.upper);
  }

  private void add(Types.NestedField field, Map<?, ?> column) {
    number(column, "column_size_bytes").ifPresent(n -> sizes.put(field.fieldId(), n));
    number(column, "num_values").ifPresent(n -> values.put(field.fieldId(), n));
    number(column, "null_count").ifPresent(n -> nulls.put(field.fieldId(), n));
    number(column, "nan_count").ifPresent(n -> nans.put(field.fieldId(), n));
    if ("true".equals(text(column, "has_nan"))) {
      return;
    }
    bound(field, column, "min").ifPresent(b -> lower.put(field.fieldId(), b));
    bound(field, column, "max").ifPresent(b -> upper.put(field.fieldId(), b));
  }

  private static Optional<ByteBuffer> bound(
      Types.NestedField field, Map<?, ?> column, String name) {
    String text = text(column, name);
    if (text == null || !"true".equals(text(column, name + "_is_exact"))) {
      return Optional.empty();
    }
    try {
      Object value = value(field.type(), text, name.equals("max"));
      return value == null
          ? Optional.empty()
          : Optional.of(Conversions.toByteBuffer(field.type(), value));
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      // An infinity, a year of five digits, a zone other than UTC.
      return Optional.empty();
    }
  }

  private static @Nullable Object value(Type type, String text, boolean max) {
    return switch (type.typeId()) {
      case INTEGER -> Integer.valueOf(text);
      case LONG -> Long.valueOf(text);
      case FLOAT -> zero(Float.parseFloat(text), max);
      case DOUBLE -> zero(Double.parseDouble(text), max);
      case DECIMAL -> new BigDecimal(text).setScale(((Types.DecimalType) type).scale());
      case DATE -> (int) LocalDate.parse(text).toEpochDay();
      case TIME -> LocalTime.parse(text).toNanoOfDay() / 1000;
      case TIMESTAMP -> micros(text, ((Types.TimestampType) type).shouldAdjustToUTC());
      case STRING ->
          max
              ? UnicodeUtil.truncateStringMax(text, BOUND_CHARACTERS)
              : UnicodeUtil.truncateStringMin(text, BOUND_CHARACTERS);
      default -> null;
    };
  }

  // The two zeros are equal, and the bounds have to hold both.
  private static Float zero(float value, boolean max) {
    return value == 0 ? (max ? 0f : -0f) : value;
  }

  private static Double zero(double value, boolean max) {
    return value == 0 ? (max ? 0d : -0d) : value;
  }

  private static long micros(String text, boolean zoned) {
    if (zoned && !text.endsWith("+00")) {
      throw new DateTimeException(text);
    }
    String local = zoned ? text.substring(0, text.length() - 3) : text;
    LocalDateTime time = LocalDateTime.parse(local.replace(' ', 'T'));
    long second = time.toEpochSecond(ZoneOffset.UTC);
    return Math.addExact(Math.multiplyExact(second, 1_000_000L), time.getNano() / 1000);
  }

  private static Optional<Long> number(Map<?, ?> column, String name) {
    String text = text(column, name);
    return text == null ? Optional.empty() : Optional.of(Long.valueOf(text));
  }

  private static @Nullable String text(Map<?, ?> column, String name) {
    Object value = column.get(name);
    return value == null ? null : value.toString();
  }
}
