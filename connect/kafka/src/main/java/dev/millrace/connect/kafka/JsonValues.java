package dev.millrace.connect.kafka;

import dev.millrace.api.type.DataType;
import dev.millrace.api.type.JsonWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Values as JSON, in the form that a source of Millrace reads back. Numbers are numbers as long as
 * every reader of JSON holds them exactly or they have at most 64 bits; wider integers and decimals
 * of more than 15 digits are strings. Times are ISO 8601, with time zone in UTC; bytes are base64.
 */
final class JsonValues {
  /** What a double, and so every reader of JSON, holds exactly. */
  private static final int EXACT_DIGITS = 15;

  private static final JsonWriter WRITER =
      new JsonWriter(
          new JsonWriter.Plain() {
            @Override
            public boolean isJson(DataType type, Object value) {
              return value instanceof Boolean
                  || type.equals(new DataType.Scalar(DataType.Kind.JSON))
                  || (form(type).equals("number") && DataType.isFinite(value));
            }

            @Override
            public String text(Object value) {
              return JsonValues.text(value);
            }
          });

  private JsonValues() {}

  /** What a value of a type becomes: {@code number}, {@code string} and so on. */
  static String form(DataType type) {
    if (type instanceof DataType.Decimal decimal) {
      return decimal.precision() <= EXACT_DIGITS ? "number" : "string";
    }
    if (type instanceof DataType.ListOf) {
      return "array";
    }
    if (type instanceof DataType.Struct || type instanceof DataType.MapOf) {
      return "object";
    }
    if (type instanceof DataType.Scalar scalar) {
      return switch (scalar.kind()) {
        case BOOLEAN -> "boolean";
        case TINYINT,
            SMALLINT,
            INTEGER,
            BIGINT,
            UTINYINT,
            USMALLINT,
            UINTEGER,
            UBIGINT,
            FLOAT,
            DOUBLE ->
            "number";
        case JSON -> "any";
        default -> "string";
      };
    }
    return "string";
  }

  /** Appends a value. */
  static void write(DataType type, @Nullable Object value, StringBuilder out) {
    WRITER.write(type, value, out);
  }

  /** The text of a plain value that is not null. */
  static String text(Object value) {
    if (value instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    }
    if (value instanceof byte[] bytes) {
      return Base64.getEncoder().encodeToString(bytes);
    }
    if (value instanceof Instant instant) {
      LocalDateTime utc = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
      return date(utc.toLocalDate()) + 'T' + time(utc.toLocalTime()) + 'Z';
    }
    if (value instanceof LocalDateTime timestamp) {
      return date(timestamp.toLocalDate()) + 'T' + time(timestamp.toLocalTime());
    }
    if (value instanceof LocalDate date) {
      return date(date);
    }
    if (value instanceof LocalTime time) {
      return time(time);
    }
    return value.toString();
  }

  private static String date(LocalDate date) {
    StringBuilder out = new StringBuilder(16);
    int year = date.getYear();
    if (year < 0) {
      out.append('-');
    }
    String digits = Integer.toString(Math.abs(year));
    out.append("0".repeat(Math.max(0, 4 - digits.length()))).append(digits);
    two(out.append('-'), date.getMonthValue());
    two(out.append('-'), date.getDayOfMonth());
    return out.toString();
  }

  private static String time(LocalTime time) {
    StringBuilder out = new StringBuilder(16);
    two(out, time.getHour());
    two(out.append(':'), time.getMinute());
    two(out.append(':'), time.getSecond());
    int micros = time.getNano() / 1000;
    if (micros != 0) {
      out.append('.').append(Integer.toString(1_000_000 + micros), 1, 7);
    }
    return out.toString();
  }

  private static void two(StringBuilder out, int value) {
    if (value < 10) {
      out.append('0');
    }
    out.append(value);
  }
}
