package dev.millrace.connect.jdbc;

import dev.millrace.api.type.DataType;
import dev.millrace.api.type.JsonWriter;
import java.math.BigDecimal;
import java.util.HexFormat;

/**
 * Nested values as JSON: structs and maps are objects, lists arrays, numbers numbers; what JSON has
 * no form for is a string: NaN and infinities, bytes in hexadecimal digits, dates and times in ISO
 * 8601.
 */
final class JsonText {
  private static final JsonWriter WRITER =
      new JsonWriter(
          new JsonWriter.Plain() {
            @Override
            public boolean isJson(DataType type, Object value) {
              return value instanceof Boolean
                  || type.equals(new DataType.Scalar(DataType.Kind.JSON))
                  || (type.isNumber() && DataType.isFinite(value));
            }

            @Override
            public String text(Object value) {
              if (value instanceof BigDecimal number) {
                return number.toPlainString();
              }
              return value instanceof byte[] bytes
                  ? HexFormat.of().formatHex(bytes)
                  : value.toString();
            }
          });

  private JsonText() {}

  static String of(DataType type, Object value) {
    return WRITER.json(type, value);
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
