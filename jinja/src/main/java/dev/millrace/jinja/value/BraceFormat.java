package dev.millrace.jinja.value;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code str.format}. Attributes whose names begin with an underscore are refused. */
final class BraceFormat {
  private final Arguments arguments;
  private final @Nullable Object mapping;
  private final boolean escape;
  private int automatic;

  private BraceFormat(Arguments arguments, @Nullable Object mapping, boolean escape) {
    this.arguments = arguments;
    this.mapping = mapping;
    this.escape = escape;
  }

  static Object format(Object format, Arguments arguments, @Nullable Object mapping) {
    boolean safe = format instanceof SafeString;
    String text = new BraceFormat(arguments, mapping, safe).run(format.toString(), 2);
    return safe ? new SafeString(text) : text;
  }

  private String run(String format, int depth) {
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      char c = format.charAt(i++);
      if (c != '{' && c != '}') {
        out.append(c);
      } else if (i < format.length() && format.charAt(i) == c) {
        out.append(c);
        i++;
      } else if (c == '}') {
        throw PythonError.value("Single '}' encountered in format string");
      } else {
        int end = close(format, i);
        out.append(field(format.substring(i, end), depth));
        i = end + 1;
      }
    }
    return out.toString();
  }

  private static int close(String format, int from) {
    int depth = 1;
    for (int i = from; i < format.length(); i++) {
      depth += format.charAt(i) == '{' ? 1 : format.charAt(i) == '}' ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    throw PythonError.value(
        from == format.length()
            ? "Single '{' encountered in format string"
            : "expected '}' before end of string");
  }

  private String field(String field, int depth) {
    if (depth == 0) {
      throw PythonError.value("Max string recursion exceeded");
    }
    int end = 0;
    boolean bracket = false;
    while (end < field.length() && (bracket || "!:".indexOf(field.charAt(end)) < 0)) {
      bracket = field.charAt(end) == '[' || (bracket && field.charAt(end) != ']');
      end++;
    }
    Object value = lookup(field.substring(0, end));
    if (end < field.length() && field.charAt(end) == '!') {
      char conversion = end + 1 < field.length() ? field.charAt(end + 1) : ' ';
      value =
          switch (conversion) {
            case 's' -> Printing.str(value);
            case 'r', 'a' -> Printing.repr(value);
            default -> throw PythonError.value("Unknown conversion specifier '" + conversion + "'");
          };
      end += 2;
    }
    String spec = end < field.length() ? run(field.substring(end + 1), depth - 1) : "";
    if (value instanceof Undefined undefined && spec.isEmpty()) {
      return undefined.text();
    }
    String text = spec.isEmpty() ? Printing.str(value) : FormatSpec.parse(spec).format(value);
    return escape && !(value instanceof SafeString) ? SafeString.escapeText(text) : text;
  }

  private @Nullable Object lookup(String name) {
    int end = 0;
    while (end < name.length() && ".[".indexOf(name.charAt(end)) < 0) {
      end++;
    }
    Object value = first(name.substring(0, end));
    while (end < name.length()) {
      boolean item = name.charAt(end) == '[';
      int stop = end + 1;
      while (stop < name.length()
          && (item ? name.charAt(stop) != ']' : ".[".indexOf(name.charAt(stop)) < 0)) {
        stop++;
      }
      String part = name.substring(end + 1, stop);
      end = item ? stop + 1 : stop;
      value = item ? item(value, part) : attribute(value, part);
    }
    return value;
  }

  private @Nullable Object first(String name) {
    if (name.isEmpty() || name.chars().allMatch(Character::isDigit)) {
      int index = name.isEmpty() ? automatic++ : Integer.parseInt(name);
      if (index >= arguments.count()) {
        throw PythonError.index("tuple index out of range");
      }
      return arguments.at(index);
    }
    Object value = Dicts.get(mapping instanceof Map<?, ?> map ? map : arguments.keywords(), name);
    if (value == Missing.VALUE) {
      throw PythonError.key(Printing.repr(name));
    }
    return value;
  }

  private static @Nullable Object item(@Nullable Object value, String key) {
    boolean index = !key.isEmpty() && key.chars().allMatch(Character::isDigit);
    return Access.item(
        value, index ? Long.valueOf(key) : (Object) key, Undefined.Behaviour.DEFAULT);
  }

  private static @Nullable Object attribute(@Nullable Object value, String name) {
    return Access.attribute(value, name, Undefined.Behaviour.DEFAULT);
  }
}
