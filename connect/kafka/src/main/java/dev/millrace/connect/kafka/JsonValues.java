package dev.millrace.connect.kafka;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as JSON, in the form that a source of Millrace reads back. Numbers are numbers as long as
 * every reader of JSON holds them exactly or they have at most 64 bits; wider integers and decimals
 * of more than 15 digits are strings. Times are ISO 8601, with time zone in UTC; bytes are base64.
 */
final class JsonValues {
  /** What a double, and so every reader of JSON, holds exactly. */
  private static final int EXACT_DIGITS = 15;

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
    if (value == null) {
      out.append("null");
    } else if (type instanceof DataType.Struct struct) {
      writeStruct(struct, (Map<?, ?>) value, out);
    } else if (type instanceof DataType.MapOf map) {
      writeMap(map, (Map<?, ?>) value, out);
    } else if (type instanceof DataType.ListOf list) {
      writeList(list, (List<?>) value, out);
    } else if (form(type).equals("number") && isFinite(value)) {
      out.append(value instanceof BigDecimal decimal ? decimal.toPlainString() : value);
    } else if (value instanceof Boolean) {
      out.append(value);
    } else if (type.equals(new DataType.Scalar(DataType.Kind.JSON))) {
      out.append((String) value);
    } else {
      quote(text(value), out);
    }
  }

  private static boolean isFinite(Object value) {
    return !(value instanceof Double || value instanceof Float)
        || Double.isFinite(((Number) value).doubleValue());
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

  private static void writeStruct(DataType.Struct struct, Map<?, ?> value, StringBuilder out) {
    out.append('{');
    String separator = "";
    for (Column field : struct.fields()) {
      out.append(separator);
      separator = ",";
      quote(field.name(), out);
      out.append(':');
      write(field.type(), value.get(field.name()), out);
    }
    out.append('}');
  }

  private static void writeMap(DataType.MapOf map, Map<?, ?> value, StringBuilder out) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : value.entrySet()) {
      out.append(separator);
      separator = ",";
      quote(keyText(map.key(), entry.getKey()), out);
      out.append(':');
      write(map.value(), entry.getValue(), out);
    }
    out.append('}');
  }

  // An object's names are strings: a key that is a list or the like is written as its JSON.
  private static String keyText(DataType type, @Nullable Object key) {
    if (key != null && !(key instanceof Map) && !(key instanceof List)) {
      return text(key);
    }
    StringBuilder out = new StringBuilder();
    write(type, key, out);
    return out.toString();
  }

  private static void writeList(DataType.ListOf list, List<?> values, StringBuilder out) {
    out.append('[');
    String separator = "";
    for (Object value : values) {
      out.append(separator);
      separator = ",";
      write(list.element(), value, out);
    }
    out.append(']');
  }

  /** Appends a string in quotes. */
  static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append("\\u00").append(HexFormat.of().toHexDigits((byte) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
