package dev.millrace.jinja.value;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code 'format' % values}. */
public final class PercentFormat {
  private final String format;
  private final @Nullable Object values;
  private final boolean escape;
  private int position;
  private int argument;

  private PercentFormat(String format, @Nullable Object values, boolean escape) {
    this.format = format;
    this.values = values;
    this.escape = escape;
  }

  /** Formats; values of safe text are escaped. */
  public static Object format(CharSequence format, @Nullable Object values) {
    boolean safe = format instanceof SafeString;
    String text = new PercentFormat(format.toString(), values, safe).run();
    return safe ? new SafeString(text) : text;
  }

  private String run() {
    StringBuilder out = new StringBuilder();
    while (position < format.length()) {
      char c = format.charAt(position++);
      if (c == '%') {
        out.append(conversion());
      } else {
        out.append(c);
      }
    }
    boolean allUsed =
        values instanceof Tuple tuple
            ? argument >= tuple.size()
            : argument > 0 || values instanceof Map || values instanceof List;
    if (!allUsed) {
      throw PythonError.type("not all arguments converted during string formatting");
    }
    return out.toString();
  }

  private char peek() {
    if (position >= format.length()) {
      throw PythonError.value("incomplete format");
    }
    return format.charAt(position);
  }

  private String conversion() {
    Object keyed = Missing.VALUE;
    if (peek() == '(') {
      int close = format.indexOf(')', position);
      if (close < 0) {
        throw PythonError.value("incomplete format key");
      }
      keyed = byKey(format.substring(position + 1, close));
      position = close + 1;
    }
    boolean left = false;
    boolean zero = false;
    boolean alternate = false;
    char sign = '-';
    while ("-+ #0".indexOf(peek()) >= 0) {
      char flag = format.charAt(position++);
      left |= flag == '-';
      zero |= flag == '0';
      alternate |= flag == '#';
      sign = flag == '+' ? '+' : flag == ' ' && sign != '+' ? ' ' : sign;
    }
    int width = number();
    if (width < 0) {
      left |= width != -1;
      width = width == -1 ? 0 : -width;
    }
    int precision = -1;
    if (peek() == '.') {
      position++;
      precision = Math.max(0, number());
    }
    while ("hlL".indexOf(peek()) >= 0) {
      position++;
    }
    char type = format.charAt(position++);
    if (type == '%') {
      return "%";
    }
    Object value = keyed == Missing.VALUE ? next() : keyed;
    char align = left ? '<' : zero && "sraC".indexOf(type) < 0 ? '=' : '>';
    String fill = align == '=' ? "0" : " ";
    return convert(
        value, new FormatSpec(fill, align, sign, alternate, width, '\0', precision, type));
  }

  /** Digits, or a {@code *} that takes its value from the arguments; -1 for neither. */
  private int number() {
    if (peek() == '*') {
      position++;
      int value = Numbers.toInt(next());
      return value == -1 ? -2 : value;
    }
    int value = -1;
    while (Character.isDigit(peek())) {
      value = Math.max(0, value) * 10 + format.charAt(position++) - '0';
    }
    return value;
  }

  private @Nullable Object byKey(String key) {
    if (!(values instanceof Map<?, ?> map)) {
      throw PythonError.type("format requires a mapping");
    }
    argument++;
    Object value = Dicts.get(map, key);
    if (value == Missing.VALUE) {
      throw PythonError.key(Printing.repr(key));
    }
    return value;
  }

  private @Nullable Object next() {
    int index = argument++;
    if (values instanceof Tuple tuple) {
      if (index >= tuple.size()) {
        throw PythonError.type("not enough arguments for format string");
      }
      return tuple.get(index);
    }
    if (index > 0) {
      throw PythonError.type("not enough arguments for format string");
    }
    return values;
  }

  private String convert(@Nullable Object value, FormatSpec spec) {
    char type = spec.type();
    switch (type) {
      case 's', 'r', 'a' -> {
        String text = type == 's' ? Printing.str(value) : Printing.repr(value);
        if (escape && !(value instanceof SafeString)) {
          text = SafeString.escapeText(text);
        }
        return spec(spec, '\0', spec.precision()).format(text);
      }
      case 'c' -> {
        return spec(spec, '\0', -1)
            .format(
                Numbers.isInt(value)
                    ? Character.toString(Numbers.toInt(value))
                    : StringMethods.string(value));
      }
      case 'd', 'i', 'u', 'x', 'X', 'o' -> {
        char base = type == 'i' || type == 'u' ? 'd' : type;
        return spec(spec, base, -1).format(integer(value, base));
      }
      case 'e', 'E', 'f', 'F', 'g', 'G' -> {
        return spec.format(Numbers.toDouble(value));
      }
      default ->
          throw PythonError.value(
              "unsupported format character '"
                  + type
                  + "' (0x"
                  + Integer.toHexString(type)
                  + ") at index "
                  + (position - 1));
    }
  }

  private static Object integer(@Nullable Object value, char type) {
    if (Numbers.isInt(value)) {
      return Numbers.canonical(value);
    }
    if (type == 'd' && Numbers.isNumber(value)) {
      return Numbers.shrink(new BigDecimal(Numbers.toDouble(value)).toBigInteger());
    }
    throw PythonError.type(
        "%"
            + type
            + " format: "
            + (type == 'd' ? "a real number" : "an integer")
            + " is required, not "
            + Types.name(value));
  }

  private static FormatSpec spec(FormatSpec from, char type, int precision) {
    return new FormatSpec(
        from.fill(),
        from.align(),
        from.sign(),
        from.alternate(),
        from.width(),
        '\0',
        precision,
        type);
  }
}
