package dev.millrace.jinja.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's format specification, as in {@code '{:>10,.2f}'}. */
record FormatSpec(
    String fill,
    char align,
    char sign,
    boolean alternate,
    int width,
    char grouping,
    int precision,
    char type) {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d+)?([_,])?(?:\\.(\\d+))?([a-zA-Z%])?",
          Pattern.DOTALL);

  static FormatSpec parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      throw PythonError.value("Invalid format specifier '" + text + "'");
    }
    boolean zero = m.group(5) != null;
    String fill = m.group(1) != null ? m.group(1) : zero && m.group(2) == null ? "0" : " ";
    return new FormatSpec(
        fill,
        m.group(2) != null ? m.group(2).charAt(0) : zero ? '=' : '\0',
        first(m.group(3), '-'),
        m.group(4) != null,
        m.group(6) == null ? 0 : Integer.parseInt(m.group(6)),
        first(m.group(7), '\0'),
        m.group(8) == null ? -1 : Integer.parseInt(m.group(8)),
        first(m.group(9), '\0'));
  }

  private static char first(@Nullable String text, char fallback) {
    return text == null ? fallback : text.charAt(0);
  }

  String format(@Nullable Object value) {
    if (Numbers.isInt(value) && !(value instanceof Boolean && type == '\0')) {
      return switch (type) {
        case '\0', 'd', 'n', 'b', 'o', 'x', 'X', 'c' -> integer(Numbers.big(value));
        default -> decimal(Numbers.toDouble(value), value);
      };
    }
    if (Numbers.isFloat(value) || value instanceof BigDecimal) {
      return decimal(Numbers.toDouble(value), value);
    }
    if (type != '\0' && type != 's') {
      throw unknown(value);
    }
    String text = Printing.str(value);
    if (precision >= 0 && CodePoints.length(text) > precision) {
      text = new Slice(null, (long) precision, null).of(text).toString();
    }
    return align(text, align == '\0' ? '<' : align);
  }

  private PythonError unknown(@Nullable Object value) {
    return PythonError.value(
        "Unknown format code '" + type + "' for object of type '" + Types.name(value) + "'");
  }

  private String align(String text, char to) {
    return Strings.pad(text, width, fill, to == '^' ? '=' : to == '=' ? '>' : to);
  }

  private String integer(BigInteger value) {
    if (type == 'c') {
      return align(Character.toString(value.intValue()), align == '\0' ? '<' : align);
    }
    int radix =
        switch (type) {
          case 'b' -> 2;
          case 'o' -> 8;
          case 'x', 'X' -> 16;
          default -> 10;
        };
    String digits = value.abs().toString(radix);
    String prefix = alternate && radix != 10 ? "0" + type : "";
    if (type == 'X') {
      digits = digits.toUpperCase(java.util.Locale.ROOT);
    }
    return number(value.signum() < 0, prefix, digits, "", radix == 10 ? 3 : 4);
  }

  private String decimal(double value, @Nullable Object original) {
    boolean negative = value < 0 || (value == 0 && 1 / value < 0);
    double size = Math.abs(value);
    if (Double.isNaN(size) || Double.isInfinite(size)) {
      String name = Double.isNaN(size) ? "nan" : "inf";
      return number(
          negative,
          "",
          Character.isUpperCase(type) ? name.toUpperCase(java.util.Locale.ROOT) : name,
          type == '%' ? "%" : "",
          3);
    }
    String text =
        switch (type) {
          case 'f', 'F' -> fixed(size, precision < 0 ? 6 : precision);
          case '%' -> fixed(size * 100, precision < 0 ? 6 : precision);
          case 'e', 'E' -> exponent(size, precision < 0 ? 6 : precision);
          case 'g', 'G', 'n' -> general(size, precision < 0 ? 6 : precision, false);
          case '\0' -> precision < 0 ? Printing.decimal(size) : general(size, precision, true);
          default -> throw unknown(original);
        };
    if (type == 'E' || type == 'G') {
      text = text.toUpperCase(java.util.Locale.ROOT);
    }
    int split = 0;
    while (split < text.length() && Character.isDigit(text.charAt(split))) {
      split++;
    }
    String tail = text.substring(split) + (type == '%' ? "%" : "");
    return number(negative, "", text.substring(0, split), tail, 3);
  }

  private String fixed(double value, int digits) {
    String text = ExactRounding.toScale(value, digits).toPlainString();
    return alternate && digits == 0 ? text + "." : text;
  }

  private static String exponent(double value, int digits) {
    BigDecimal rounded = ExactRounding.toDigits(value, digits + 1);
    String unscaled = rounded.unscaledValue().toString();
    int power = value == 0 ? 0 : unscaled.length() - 1 - rounded.scale();
    StringBuilder all = new StringBuilder(unscaled);
    while (all.length() < digits + 1) {
      all.append('0');
    }
    String mantissa = all.charAt(0) + (digits > 0 ? "." + all.substring(1, digits + 1) : "");
    return mantissa
        + "e"
        + (power < 0 ? "-" : "+")
        + (Math.abs(power) < 10 ? "0" : "")
        + Math.abs(power);
  }

  private String general(double value, int significant, boolean keepPoint) {
    int digits = Math.max(1, significant);
    if (value == 0) {
      return keepPoint ? "0.0" : "0";
    }
    BigDecimal rounded = ExactRounding.toDigits(value, digits);
    int power = rounded.precision() - 1 - rounded.scale();
    if (power < -4 || power >= digits - (keepPoint ? 1 : 0)) {
      String text = exponent(value, digits - 1);
      int e = text.indexOf('e');
      return alternate ? text : withoutZeros(text.substring(0, e)) + text.substring(e);
    }
    String text = rounded.setScale(Math.max(0, digits - 1 - power)).toPlainString();
    text = alternate ? text : withoutZeros(text);
    return keepPoint && text.indexOf('.') < 0 ? text + ".0" : text;
  }

  private static String withoutZeros(String text) {
    if (text.indexOf('.') < 0) {
      return text;
    }
    int end = text.length();
    while (text.charAt(end - 1) == '0') {
      end--;
    }
    return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
  }

  private String number(
      boolean negative, String prefix, String digits, String tail, int groupSize) {
    String lead = (negative ? "-" : sign == '-' ? "" : String.valueOf(sign)) + prefix;
    boolean zeros = align == '=' && fill.equals("0");
    int room = zeros ? width - lead.length() - tail.length() : 0;
    String body = grouping == '\0' ? zeroPadded(digits, room) : grouped(digits, room, groupSize);
    if (align == '=' && !zeros) {
      int missing = Math.max(0, width - lead.length() - body.length() - tail.length());
      return lead + fill.repeat(missing) + body + tail;
    }
    return align(lead + body + tail, align == '\0' ? '>' : align);
  }

  private static String zeroPadded(String digits, int room) {
    return "0".repeat(Math.max(0, room - digits.length())) + digits;
  }

  private String grouped(String digits, int room, int size) {
    String all = digits;
    while (all.length() + (all.length() - 1) / size < room) {
      all = "0" + all;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < all.length(); i++) {
      if (i > 0 && (all.length() - i) % size == 0) {
        out.append(grouping);
      }
      out.append(all.charAt(i));
    }
    return out.toString();
  }
}
