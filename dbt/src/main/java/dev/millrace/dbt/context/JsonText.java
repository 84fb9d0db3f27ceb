package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Conversions;
import dev.millrace.jinja.value.PythonError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON as Python's {@code json.loads} does; whatever else is a ValueError. */
final class JsonText {
  private static final int MAX_DEPTH = 500;

  private final String text;
  private int at;
  private int depth;

  private JsonText(String text) {
    this.text = text;
  }

  static @Nullable Object read(String text) {
    JsonText json = new JsonText(text);
    Object value = json.value();
    json.space();
    if (json.at < text.length()) {
      throw json.fault("Extra data");
    }
    return value;
  }

  private PythonError fault(String what) {
    return PythonError.value(what + ": char " + at);
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean skip(char c) {
    space();
    boolean found = at < text.length() && text.charAt(at) == c;
    at += found ? 1 : 0;
    return found;
  }

  private @Nullable Object value() {
    space();
    if (at >= text.length() || ++depth > MAX_DEPTH) {
      throw fault("Expecting value");
    }
    Object value =
        switch (text.charAt(at)) {
          case '{' -> object();
          case '[' -> array();
          case '"' -> string();
          default -> word();
        };
    depth--;
    return value;
  }

  private Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    at++;
    if (skip('}')) {
      return map;
    }
    do {
      space();
      if (at >= text.length() || text.charAt(at) != '"') {
        throw fault("Expecting property name enclosed in double quotes");
      }
      String key = string();
      if (!skip(':')) {
        throw fault("Expecting ':' delimiter");
      }
      map.put(key, value());
    } while (skip(','));
    if (!skip('}')) {
      throw fault("Expecting ',' delimiter");
    }
    return map;
  }

  private List<@Nullable Object> array() {
    List<@Nullable Object> list = new ArrayList<>();
    at++;
    if (skip(']')) {
      return list;
    }
    do {
      list.add(value());
    } while (skip(','));
    if (!skip(']')) {
      throw fault("Expecting ',' delimiter");
    }
    return list;
  }

  private String string() {
    StringBuilder out = new StringBuilder();
    at++;
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw fault("Invalid control character");
      }
      out.append(c == '\\' ? escape() : c);
    }
    if (at >= text.length()) {
      throw fault("Unterminated string");
    }
    at++;
    return out.toString();
  }

  private char escape() {
    if (at >= text.length()) {
      throw fault("Unterminated string");
    }
    char c = text.charAt(at++);
    switch (c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case '"', '\\', '/':
        return c;
      case 'u':
        if (at + 4 <= text.length() && text.substring(at, at + 4).matches("[0-9a-fA-F]{4}")) {
          at += 4;
          return (char) Integer.parseInt(text.substring(at - 4, at), 16);
        }
        throw fault("Invalid \\uXXXX escape");
      default:
        throw fault("Invalid \\escape");
    }
  }

  private @Nullable Object word() {
    int start = at;
    while (at < text.length() && ",]}: \t\r\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(start, at);
    return switch (word) {
      case "null" -> null;
      case "true" -> true;
      case "false" -> false;
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> {
        if (word.matches("-?(0|[1-9]\\d*)")) {
          yield Conversions.parseInt(word, 10);
        }
        if (word.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?")) {
          yield Double.valueOf(word);
        }
        at = start;
        throw fault("Expecting value");
      }
    };
  }
}
