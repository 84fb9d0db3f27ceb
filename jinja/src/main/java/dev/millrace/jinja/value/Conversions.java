package dev.millrace.jinja.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code int()}, {@code float()}, {@code abs()} and {@code round()}. */
public final class Conversions {
  private static final Pattern FLOAT =
      Pattern.compile("[+-]?(\\d+(_\\d+)*\\.?(\\d+(_\\d+)*)?|\\.\\d+(_\\d+)*)([eE][+-]?\\d+)?");

  private Conversions() {}

  public static Object abs(@Nullable Object value) {
    if (Numbers.isInt(value)) {
      return Numbers.shrink(Numbers.big(value).abs());
    }
    if (Numbers.isNumber(value)) {
      return Math.abs(Numbers.toDouble(value));
    }
    check(value);
    throw PythonError.type("bad operand type for abs(): '" + Types.name(value) + "'");
  }

  private static void check(@Nullable Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
  }

  /** {@code int(text, base)}. */
  public static Object parseInt(String text, int base) {
    String digits = Strings.strip(text, null, true, true);
    boolean negative = digits.startsWith("-");
    String rest = negative || digits.startsWith("+") ? digits.substring(1) : digits;
    String lower = rest.toLowerCase(java.util.Locale.ROOT);
    if ((base == 16 && lower.startsWith("0x"))
        || (base == 8 && lower.startsWith("0o"))
        || (base == 2 && lower.startsWith("0b"))) {
      rest = rest.substring(2);
    }
    try {
      if (rest.startsWith("-")
          || rest.startsWith("+")
          || rest.endsWith("_")
          || rest.startsWith("_")
          || rest.contains("__")) {
        throw new NumberFormatException(rest);
      }
      BigInteger value = new BigInteger(rest.replace("_", ""), base);
      return Numbers.shrink(negative ? value.negate() : value);
    } catch (NumberFormatException e) {
      throw PythonError.value(
          "invalid literal for int() with base " + base + ": " + Printing.repr(text));
    }
  }

  /** {@code int(value)}. */
  public static Object toInt(@Nullable Object value) {
    if (Numbers.isInt(value)) {
      return Numbers.canonical(value);
    }
    if (value instanceof CharSequence text) {
      return parseInt(text.toString(), 10);
    }
    if (value instanceof BigDecimal decimal) {
      return Numbers.shrink(decimal.toBigInteger());
    }
    if (Numbers.isFloat(value)) {
      double number = Numbers.toDouble(value);
      if (Double.isNaN(number)) {
        throw PythonError.value("cannot convert float NaN to integer");
      }
      if (Double.isInfinite(number)) {
        throw PythonError.overflow("cannot convert float infinity to integer");
      }
      return Numbers.shrink(new BigDecimal(number).toBigInteger());
    }
    check(value);
    throw PythonError.type(
        "int() argument must be a string, a bytes-like object or a real number, not '"
            + Types.name(value)
            + "'");
  }

  /** {@code float(value)}. */
  public static Object toFloat(@Nullable Object value) {
    if (Numbers.isNumber(value)) {
      return Numbers.toDouble(value);
    }
    if (value instanceof CharSequence text) {
      return parseFloat(text.toString());
    }
    check(value);
    throw PythonError.type(
        "float() argument must be a string or a real number, not '" + Types.name(value) + "'");
  }

  private static double parseFloat(String text) {
    String plain = Strings.strip(text, null, true, true);
    if (FLOAT.matcher(plain).matches()) {
      return Double.parseDouble(plain.replace("_", ""));
    }
    String name = plain.toLowerCase(java.util.Locale.ROOT);
    boolean negative = name.startsWith("-");
    switch (negative || name.startsWith("+") ? name.substring(1) : name) {
      case "inf", "infinity" -> {
        return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      }
      case "nan" -> {
        return Double.NaN;
      }
      default ->
          throw PythonError.value("could not convert string to float: " + Printing.repr(text));
    }
  }

  /** {@code round(value, digits)}: ties go to the even digit. */
  public static Object round(@Nullable Object value, int digits) {
    if (Numbers.isInt(value)) {
      if (digits >= 0) {
        return Numbers.canonical(value);
      }
      return Numbers.shrink(
          new BigDecimal(Numbers.big(value))
              .setScale(digits, RoundingMode.HALF_EVEN)
              .toBigInteger());
    }
    if (!Numbers.isNumber(value)) {
      check(value);
      throw PythonError.type("type " + Types.name(value) + " doesn't define __round__ method");
    }
    double number = Numbers.toDouble(value);
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return number;
    }
    double rounded = new BigDecimal(number).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
    return rounded == 0 ? Math.copySign(0.0, number) : rounded;
  }
}
