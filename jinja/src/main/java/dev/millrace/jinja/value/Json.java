package dev.millrace.jinja.value;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values as JSON, in the format of Python's {@code json.dumps}. */
public final class Json {
  private final StringBuilder out = new StringBuilder();
  private final boolean sortKeys;
  private final int indent;

  private Json(boolean sortKeys, int indent) {
    this.sortKeys = sortKeys;
    this.indent = indent;
  }

  /**
   * Writes a value.
   *
   * @param sortKeys whether the keys of dicts are put in order
   * @param indent how many spaces a level is indented, or -1 for a single line
   */
  public static String write(@Nullable Object value, boolean sortKeys, int indent) {
    Json json = new Json(sortKeys, indent);
    json.value(value, 0);
    return json.out.toString();
  }

  private void value(@Nullable Object value, int level) {
    if (value == null) {
      out.append("null");
    } else if (value instanceof Boolean bool) {
      out.append(bool ? "true" : "false");
    } else if (value instanceof CharSequence text) {
      string(text.toString());
    } else if (Numbers.isFloat(value)) {
      out.append(number(Numbers.toDouble(value)));
    } else if (Numbers.isInt(value)) {
      out.append(value);
    } else if (value instanceof Map<?, ?> map) {
      dict(map, level);
    } else if (value instanceof List<?> list && !(value instanceof Range)) {
      list(list, level);
    } else {
      throw PythonError.type("Object of type " + Types.name(value) + " is not JSON serializable");
    }
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    return Printing.decimal(value);
  }

  private void line(int level) {
    if (indent >= 0) {
      out.append('\n').append(" ".repeat(indent * level));
    }
  }

  private void comma(boolean more) {
    if (more) {
      out.append(indent >= 0 ? "," : ", ");
    }
  }

  private void list(List<?> list, int level) {
    out.append('[');
    for (Iterator<?> i = list.iterator(); i.hasNext(); ) {
      line(level + 1);
      value(i.next(), level + 1);
      comma(i.hasNext());
    }
    if (!list.isEmpty()) {
      line(level);
    }
    out.append(']');
  }

  private void dict(Map<?, ?> map, int level) {
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (sortKeys) {
      Map<Object, Map.Entry<?, ?>> sorted = new TreeMap<>(ListMethods::order);
      entries.forEach(entry -> sorted.put(entry.getKey(), entry));
      entries = new ArrayList<>(sorted.values());
    }
    out.append('{');
    for (Iterator<Map.Entry<?, ?>> i = entries.iterator(); i.hasNext(); ) {
      Map.Entry<?, ?> entry = i.next();
      line(level + 1);
      string(key(entry.getKey()));
      out.append(": ");
      value(entry.getValue(), level + 1);
      comma(i.hasNext());
    }
    if (!map.isEmpty()) {
      line(level);
    }
    out.append('}');
  }

  private static String key(@Nullable Object key) {
    if (key instanceof CharSequence text) {
      return text.toString();
    }
    if (key == null || Numbers.isNumber(key)) {
      return write(key, false, -1);
    }
    throw PythonError.type("keys must be str, int, float, bool or None, not " + Types.name(key));
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || c > 0x7e) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
