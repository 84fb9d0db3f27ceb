package dev.millrace.testing;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values of every type, the ordinary and the edges of its range, as batches hold them. */
public final class SampleValues {
  private static final BigInteger TWO = BigInteger.TWO;

  private SampleValues() {}

  /** A type of every form, with values of it; every scalar kind is among them. */
  public static Map<DataType, List<Object>> all() {
    Map<DataType, List<Object>> samples = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      samples.put(new DataType.Scalar(kind), of(kind));
    }
    samples.put(
        new DataType.Decimal(18, 3),
        List.of(new BigDecimal("0.000"), new BigDecimal("-999999999999999.999")));
    samples.put(
        new DataType.Decimal(38, 0), List.of(new BigDecimal("9".repeat(38)), BigDecimal.ONE));
    samples.put(new DataType.Decimal(38, 38), List.of(new BigDecimal("-0." + "9".repeat(38))));
    samples.put(
        new DataType.Enumeration(List.of("low", "it's", "ĥigh")), List.of("low", "it's", "ĥigh"));
    samples.putAll(nested());
    return samples;
  }

  private static Map<DataType, List<Object>> nested() {
    DataType text = new DataType.Scalar(Kind.VARCHAR);
    DataType number = new DataType.Scalar(Kind.INTEGER);
    Map<DataType, List<Object>> samples = new LinkedHashMap<>();
    samples.put(
        new DataType.ListOf(text),
        List.of(
            List.of(),
            list("a", null, "NULL", "", "\"quoted\"", "{,}", "back\\slash", "line\nbreak", "ü")));
    samples.put(
        new DataType.ListOf(number), List.of(list(1, null, Integer.MIN_VALUE, Integer.MAX_VALUE)));
    samples.put(
        new DataType.ListOf(new DataType.Scalar(Kind.TIMESTAMPTZ)),
        List.of(list(Instant.parse("2024-02-29T23:59:59.999999Z"), null)));
    samples.put(
        new DataType.ListOf(new DataType.ListOf(number)),
        List.of(list(List.of(1, 2), List.of(), null, List.of(3))));
    DataType struct =
        new DataType.Struct(List.of(new Column("name", text), new Column("size", number)));
    samples.put(
        struct,
        List.of(map("name", "a \"b\" \\ \n ü", "size", 7), map("name", null, "size", null)));
    samples.put(new DataType.ListOf(struct), List.of(list(map("name", "x", "size", 1), null)));
    samples.put(new DataType.MapOf(text, number), List.of(Map.of(), map("k", 1), map("n", null)));
    return samples;
  }

  /** Values of a scalar kind. */
  public static List<Object> of(Kind kind) {
    return switch (kind) {
      case BOOLEAN -> List.of(true, false);
      case TINYINT -> List.of((byte) 0, Byte.MIN_VALUE, Byte.MAX_VALUE);
      case SMALLINT -> List.of((short) 0, Short.MIN_VALUE, Short.MAX_VALUE);
      case INTEGER -> List.of(0, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case BIGINT -> List.of(0L, Long.MIN_VALUE, Long.MAX_VALUE);
      case HUGEINT ->
          List.of(BigInteger.ZERO, TWO.pow(127).negate(), TWO.pow(127).subtract(BigInteger.ONE));
      case UTINYINT -> List.of((short) 0, (short) 255);
      case USMALLINT -> List.of(0, 65_535);
      case UINTEGER -> List.of(0L, 4_294_967_295L);
      case UBIGINT -> List.of(BigInteger.ZERO, TWO.pow(64).subtract(BigInteger.ONE));
      case UHUGEINT -> List.of(BigInteger.ZERO, TWO.pow(128).subtract(BigInteger.ONE));
      case FLOAT ->
          List.of(
              0f,
              -1.1f,
              Float.MIN_VALUE,
              Float.MAX_VALUE,
              Float.NaN,
              Float.POSITIVE_INFINITY,
              Float.NEGATIVE_INFINITY);
      case DOUBLE ->
          List.of(
              0d,
              0.1 + 0.2,
              Double.MIN_VALUE,
              -Double.MAX_VALUE,
              Double.NaN,
              Double.POSITIVE_INFINITY,
              Double.NEGATIVE_INFINITY);
      case VARCHAR ->
          List.of(
              "", "\\N", "tab\there", "a\\b\r\n'\"\b\f\u000b", "grüße 你好 🎈", "x".repeat(70_000));
      case BLOB -> List.of(new byte[0], new byte[] {0, 1, -1, 92, 10, 9});
      case DATE ->
          List.of(
              LocalDate.of(1970, 1, 1),
              LocalDate.of(2024, 2, 29),
              LocalDate.of(1, 1, 1),
              LocalDate.of(9999, 12, 31));
      case TIME -> List.of(LocalTime.MIDNIGHT, LocalTime.of(23, 59, 59, 999_999_000));
      case TIMESTAMP ->
          List.of(
              LocalDateTime.of(1970, 1, 1, 0, 0),
              LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4_000),
              LocalDateTime.of(1, 1, 1, 0, 0),
              LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000));
      case TIMESTAMPTZ ->
          List.of(
              Instant.EPOCH,
              Instant.parse("2024-03-31T01:30:00.000001Z"),
              Instant.parse("1883-11-18T17:00:00Z"),
              Instant.parse("9999-12-31T23:59:59.999999Z"));
      case INTERVAL -> List.of("00:00:00", "1 year 2 months 3 days 04:05:06.789", "-1 days");
      case UUID -> List.of(new UUID(0, 0), UUID.fromString("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
      case JSON -> List.of("null", "{\"a\": [1, 2.5, \"ü\\n\", null], \"b\": {}}");
    };
  }

  private static List<@Nullable Object> list(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  private static Map<String, @Nullable Object> map(@Nullable Object... keysAndValues) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
    }
    return map;
  }
}
