package dev.millrace.jinja.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/** Python's int (of any size) and float. Booleans are the ints 0 and 1. */
public final class Numbers {
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private Numbers() {}

  public static boolean isInt(@Nullable Object value) {
    return value instanceof Long
        || value instanceof Integer
        || value instanceof Boolean
        || value instanceof BigInteger
        || value instanceof Short
        || value instanceof Byte;
  }

  public static boolean isFloat(@Nullable Object value) {
    return value instanceof Double || value instanceof Float;
  }

  public static boolean isNumber(@Nullable Object value) {
    return isInt(value) || isFloat(value) || value instanceof BigDecimal;
  }

  /** An int as Long or, when it does not fit, BigInteger. */
  static Object canonical(@Nullable Object value) {
    if (value instanceof BigInteger big) {
      return shrink(big);
    }
    if (value instanceof Boolean bool) {
      return bool ? 1L : 0L;
    }
    if (value instanceof Number number) {
      return number.longValue();
    }
    throw notAnInteger(value);
  }

  static Object shrink(BigInteger value) {
    return value.compareTo(MIN) >= 0 && value.compareTo(MAX) <= 0
        ? value.longValue()
        : (Object) value;
  }

  static BigInteger big(@Nullable Object value) {
    return value instanceof BigInteger big ? big : BigInteger.valueOf((Long) canonical(value));
  }

  /** A whole number that fits an int, as counts and widths must. */
  public static int toInt(@Nullable Object value) {
    if (!isInt(value)) {
      throw notAnInteger(value);
    }
    Object plain = canonical(value);
    if (plain instanceof Long number && number == number.intValue()) {
      return number.intValue();
    }
    throw PythonError.overflow("Python int too large to convert to C ssize_t");
  }

  private static PythonError notAnInteger(@Nullable Object value) {
    return PythonError.type(
        "'" + Types.name(value) + "' object cannot be interpreted as an integer");
  }

  public static double toDouble(@Nullable Object value) {
    if (value instanceof Boolean bool) {
      return bool ? 1 : 0;
    }
    if (value instanceof Number number) {
      double result = number.doubleValue();
      if (value instanceof BigInteger && Double.isInfinite(result)) {
        throw PythonError.overflow("int too large to convert to float");
      }
      return result;
    }
    throw PythonError.type("must be real number, not " + Types.name(value));
  }

  /** Exact comparison of any two numbers; NaN compares as 2, which is neither less nor equal. */
  static int compare(Object a, Object b) {
    if (a instanceof Long x && b instanceof Long y) {
      return Long.compare(x, y);
    }
    if (isInt(a) && isInt(b)) {
      return big(a).compareTo(big(b));
    }
    double x = a instanceof BigInteger big ? big.doubleValue() : toDouble(a);
    double y = b instanceof BigInteger big ? big.doubleValue() : toDouble(b);
    if (Double.isNaN(x) || Double.isNaN(y)) {
      return 2;
    }
    if (Double.isInfinite(x) || Double.isInfinite(y)) {
      return Double.compare(x, y);
    }
    return isFloat(a) && isFloat(b)
        ? (x == y ? 0 : Double.compare(x, y))
        : exact(a).compareTo(exact(b));
  }

  private static BigDecimal exact(Object value) {
    if (value instanceof BigDecimal decimal) {
      return decimal;
    }
    return isInt(value) ? new BigDecimal(big(value)) : new BigDecimal(toDouble(value));
  }

  /** {@code a / b} of two ints, correctly rounded. */
  static double trueDivide(Object a, Object b) {
    BigInteger divisor = big(b);
    if (divisor.signum() == 0) {
      throw PythonError.zeroDivision("division by zero");
    }
    if (a instanceof Long x
        && b instanceof Long y
        && Math.abs(x) < 1L << 53
        && Math.abs(y) < 1L << 53) {
      return (double) x / y;
    }
    double result =
        new BigDecimal(big(a)).divide(new BigDecimal(divisor), new MathContext(60)).doubleValue();
    if (Double.isInfinite(result)) {
      throw PythonError.overflow("integer division result too large for a float");
    }
    return result;
  }

  static Object floorDivide(Object a, Object b) {
    if (a instanceof Long x && b instanceof Long y && y != 0 && y != -1) {
      return Math.floorDiv(x, y);
    }
    BigInteger divisor = big(b);
    if (divisor.signum() == 0) {
      throw PythonError.zeroDivision("integer division or modulo by zero");
    }
    BigInteger[] parts = big(a).divideAndRemainder(divisor);
    boolean down = parts[1].signum() != 0 && parts[1].signum() != divisor.signum();
    return shrink(down ? parts[0].subtract(BigInteger.ONE) : parts[0]);
  }

  static Object modulo(Object a, Object b) {
    if (a instanceof Long x && b instanceof Long y && y != 0) {
      return Math.floorMod(x, y);
    }
    BigInteger divisor = big(b);
    if (divisor.signum() == 0) {
      throw PythonError.zeroDivision("integer modulo by zero");
    }
    BigInteger rest = big(a).mod(divisor.abs());
    return shrink(divisor.signum() < 0 && rest.signum() != 0 ? rest.add(divisor) : rest);
  }

  static double floatModulo(double a, double b) {
    if (b == 0) {
      throw PythonError.zeroDivision("float modulo");
    }
    double rest = a % b;
    if (rest != 0) {
      return (b < 0) != (rest < 0) ? rest + b : rest;
    }
    return Math.copySign(0.0, b);
  }

  static Object power(Object a, Object b) {
    if (isInt(a) && isInt(b) && big(b).signum() >= 0) {
      int exponent = toInt(b);
      BigInteger base = big(a);
      if (base.bitLength() > 1 && (long) base.bitLength() * exponent > 4_000_000) {
        throw PythonError.overflow("the result of ** is too large");
      }
      return shrink(base.pow(exponent));
    }
    double x = toDouble(a);
    double y = toDouble(b);
    if (x == 0 && y < 0) {
      throw PythonError.zeroDivision("0.0 cannot be raised to a negative power");
    }
    double result = Math.pow(x, y);
    if (Double.isInfinite(result) && !Double.isInfinite(x) && !Double.isInfinite(y)) {
      throw PythonError.overflow("(34, 'Numerical result out of range')");
    }
    return result;
  }
}
