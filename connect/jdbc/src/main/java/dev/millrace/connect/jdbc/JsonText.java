package dev.millrace.connect.jdbc;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Nested values as JSON: structs and maps are objects, lists arrays, numbers numbers; what JSON has
 * no form for is a string: NaN and infinities, bytes in hexadecimal digits, dates and times in ISO
 * 8601.
 */
final class JsonText {
  private JsonText() {}

  static String of(DataType type, Object value) {
    StringBuilder out = new StringBuilder();
    write(type, value, out);
    return out.toString();
  }

  private static void write(DataType type, @Nullable Object value, StringBuilder out) {
    if (value == null) {
      out.append("null");
    } else if (type instanceof DataType.Struct struct) {
      writeStruct(struct, (Map<?, ?>) value, out);
    } else if (type instanceof DataType.MapOf map) {
      writeMap(map, (Map<?, ?>) value, out);
    } else if (type instanceof DataType.ListOf list) {
      writeList(list, (List<?>) value, out);
    } else if (type instanceof DataType.Scalar scalar) {
      writeScalar(scalar.kind(), value, out);
    } else if (value instanceof BigDecimal number) {
      out.append(number.toPlainString());
    } else {
      quote(value.toString(), out);
    }
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

  // An object's names are strings: a key that is none is written as its JSON.
  private static String keyText(DataType type, @Nullable Object key) {
    if (key instanceof String text) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    write(type, key, out);
    boolean quoted = out.length() > 1 && out.charAt(0) == '"';
    return quoted ? out.substring(1, out.length() - 1) : out.toString();
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

  private static void writeScalar(DataType.Kind kind, Object value, StringBuilder out) {
    switch (kind) {
      case BOOLEAN,
          TINYINT,
          SMALLINT,
          INTEGER,
          BIGINT,
          HUGEINT,
          UTINYINT,
          USMALLINT,
          UINTEGER,
          UBIGINT,
          UHUGEINT ->
          out.append(value);
      case FLOAT, DOUBLE -> writeFloating(((Number) value).doubleValue(), value.toString(), out);
      case JSON -> out.append((String) value);
      case BLOB -> quote(HexFormat.of().formatHex((byte[]) value), out);
      default -> quote(value.toString(), out);
    }
  }

  private static void writeFloating(double value, String text, StringBuilder out) {
    if (Double.isFinite(value)) {
      out.append(text);
    } else {
      quote(text, out);
    }
  }

  private static void quote(String text, StringBuilder out) {
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

  /**
   * The JSON text with {@code \ufffd} for what JSON allows and {@code jsonb} refuses: the character
   * NUL, and a surrogate without its other half.
   */
  static String withoutUnstorable(String json) {
    if (!json.contains("\\u")) {
      return json;
    }
    StringBuilder out = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c != '\\' || i + 1 >= json.length()) {
        out.append(c);
      } else if (json.charAt(i + 1) != 'u') {
        out.append(c).append(json.charAt(++i));
      } else {
        int unit = unit(json, i);
        int next = unit(json, i + 6);
        if (Character.isHighSurrogate((char) unit)
            && next > 0
            && Character.isLowSurrogate((char) next)) {
          out.append(json, i, i + 12);
          i += 11;
        } else if (unit == 0 || (unit > 0 && Character.isSurrogate((char) unit))) {
          out.append("\\ufffd");
          i += 5;
        } else {
          out.append(c);
        }
      }
    }
    return out.toString();
  }

  /** The UTF-16 unit that an escape at {@code at} writes, or -1 if there is none. */
  private static int unit(String json, int at) {
    if (at + 6 > json.length() || json.charAt(at) != '\\' || json.charAt(at + 1) != 'u') {
      return -1;
    }
    try {
      return Integer.parseInt(json, at + 2, at + 6, 16);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
