package dev.millrace.jinja.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Python's operators. */
public final class Operators {
  private static final int MAX_TEXT = 100_000_000;

  private Operators() {}

  public static boolean truth(@Nullable Object value) {
    if (value instanceof Boolean bool) {
      return bool;
    }
    if (value == null) {
      return false;
    }
    if (value instanceof CharSequence text) {
      return text.length() > 0;
    }
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    if (value instanceof java.util.Collection<?> items) {
      return !items.isEmpty();
    }
    if (Numbers.isNumber(value)) {
      return Numbers.compare(value, 0L) != 0;
    }
    if (value instanceof Undefined undefined) {
      undefined.checkUse();
      return false;
    }
    return true;
  }

  public static @Nullable Object add(@Nullable Object a, @Nullable Object b) {
    if (a instanceof Long x && b instanceof Long y) {
      long sum = x + y;
      return ((x ^ sum) & (y ^ sum)) < 0 ? Numbers.big(x).add(Numbers.big(y)) : (Object) sum;
    }
    if (a instanceof SafeString || b instanceof SafeString) {
      if (a instanceof CharSequence && b instanceof CharSequence) {
        return new SafeString(SafeString.escape(a).text() + SafeString.escape(b).text());
      }
    }
    if (a instanceof CharSequence x) {
      if (b instanceof CharSequence y) {
        return x.toString() + y;
      }
      check(b);
      throw PythonError.type("can only concatenate str (not \"" + Types.name(b) + "\") to str");
    }
    if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return Numbers.isInt(a) && Numbers.isInt(b)
          ? Numbers.shrink(Numbers.big(a).add(Numbers.big(b)))
          : (Object) (Numbers.toDouble(a) + Numbers.toDouble(b));
    }
    if (a instanceof List<?> x && !(a instanceof Range)) {
      return concatenate(x, b);
    }
    return own("+", a, b);
  }

  private static Object concatenate(List<?> a, @Nullable Object b) {
    boolean tuple = a instanceof Tuple;
    if (!(b instanceof List<?> y) || b instanceof Range || tuple != b instanceof Tuple) {
      check(b);
      String type = tuple ? "tuple" : "list";
      throw PythonError.type(
          "can only concatenate " + type + " (not \"" + Types.name(b) + "\") to " + type);
    }
    List<@Nullable Object> all = new ArrayList<>(a.size() + y.size());
    all.addAll(a);
    all.addAll(y);
    return tuple ? Tuple.copyOf(all) : all;
  }

  public static Object subtract(@Nullable Object a, @Nullable Object b) {
    if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return Numbers.isInt(a) && Numbers.isInt(b)
          ? Numbers.shrink(Numbers.big(a).subtract(Numbers.big(b)))
          : (Object) (Numbers.toDouble(a) - Numbers.toDouble(b));
    }
    if (a instanceof Set<?> x && b instanceof Set<?> y) {
      Set<@Nullable Object> rest = new java.util.LinkedHashSet<>(x);
      rest.removeAll(y);
      return rest;
    }
    return own("-", a, b);
  }

  public static Object multiply(@Nullable Object a, @Nullable Object b) {
    if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return Numbers.isInt(a) && Numbers.isInt(b)
          ? Numbers.shrink(Numbers.big(a).multiply(Numbers.big(b)))
          : (Object) (Numbers.toDouble(a) * Numbers.toDouble(b));
    }
    if (Numbers.isInt(b) && isSequence(a)) {
      return repeat(a, Numbers.toInt(b));
    }
    if (Numbers.isInt(a) && isSequence(b)) {
      return repeat(b, Numbers.toInt(a));
    }
    if (isSequence(a) && !(b instanceof Undefined)) {
      throw PythonError.type("can't multiply sequence by non-int of type '" + Types.name(b) + "'");
    }
    return own("*", a, b);
  }

  private static boolean isSequence(@Nullable Object value) {
    return value instanceof CharSequence || (value instanceof List && !(value instanceof Range));
  }

  private static Object repeat(@Nullable Object sequence, int times) {
    int count = Math.max(0, times);
    if (sequence instanceof CharSequence text) {
      if ((long) text.length() * count > MAX_TEXT) {
        throw PythonError.overflow("the repeated string is too long");
      }
      String all = text.toString().repeat(count);
      return sequence instanceof SafeString ? new SafeString(all) : all;
    }
    List<?> list = (List<?>) java.util.Objects.requireNonNull(sequence);
    if ((long) list.size() * count > MAX_TEXT) {
      throw PythonError.overflow("the repeated list is too long");
    }
    List<@Nullable Object> all = new ArrayList<>(list.size() * count);
    for (int i = 0; i < count; i++) {
      all.addAll(list);
    }
    return sequence instanceof Tuple ? Tuple.copyOf(all) : all;
  }

  public static Object divide(@Nullable Object a, @Nullable Object b) {
    if (a instanceof Arithmetic) {
      return own("/", a, b);
    }
    requireNumbers("/", a, b);
    if (Numbers.isInt(a) && Numbers.isInt(b)) {
      return Numbers.trueDivide(Numbers.canonical(a), Numbers.canonical(b));
    }
    double divisor = Numbers.toDouble(b);
    if (divisor == 0) {
      throw PythonError.zeroDivision("float division by zero");
    }
    return Numbers.toDouble(a) / divisor;
  }

  public static Object floorDivide(@Nullable Object a, @Nullable Object b) {
    if (a instanceof Arithmetic) {
      return own("//", a, b);
    }
    requireNumbers("//", a, b);
    if (Numbers.isInt(a) && Numbers.isInt(b)) {
      return Numbers.floorDivide(Numbers.canonical(a), Numbers.canonical(b));
    }
    double divisor = Numbers.toDouble(b);
    if (divisor == 0) {
      throw PythonError.zeroDivision("float floor division by zero");
    }
    double x = Numbers.toDouble(a);
    return Math.rint((x - Numbers.floatModulo(x, divisor)) / divisor);
  }

  public static Object modulo(@Nullable Object a, @Nullable Object b) {
    if (a instanceof CharSequence format) {
      return PercentFormat.format(format, b);
    }
    requireNumbers("%", a, b);
    return Numbers.isInt(a) && Numbers.isInt(b)
        ? Numbers.modulo(Numbers.canonical(a), Numbers.canonical(b))
        : (Object) Numbers.floatModulo(Numbers.toDouble(a), Numbers.toDouble(b));
  }

  public static Object power(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      throw unsupported("** or pow()", a, b);
    }
    requireNumbers("** or pow()", a, b);
    return Numbers.power(a, b);
  }

  public static Object negate(@Nullable Object a) {
    if (Numbers.isInt(a)) {
      return Numbers.shrink(Numbers.big(a).negate());
    }
    if (Numbers.isNumber(a)) {
      return -Numbers.toDouble(a);
    }
    if (a instanceof Arithmetic) {
      return own("*", a, -1L);
    }
    throw unary("-", a);
  }

  public static Object plus(@Nullable Object a) {
    if (Numbers.isInt(a)) {
      return Numbers.canonical(a);
    }
    if (Numbers.isNumber(a)) {
      return Numbers.toDouble(a);
    }
    throw unary("+", a);
  }

  /** The operator of an object that has one, on either side. */
  private static Object own(String operator, @Nullable Object a, @Nullable Object b) {
    Object result = a instanceof Arithmetic left ? left.operate(operator, b, false) : null;
    if (result == null && b instanceof Arithmetic right) {
      result = right.operate(operator, a, true);
    }
    if (result == null) {
      throw unsupported(operator, a, b);
    }
    return result;
  }

  private static PythonError unary(String operator, @Nullable Object a) {
    check(a);
    return PythonError.type("bad operand type for unary " + operator + ": '" + Types.name(a) + "'");
  }

  private static void requireNumbers(String operator, @Nullable Object a, @Nullable Object b) {
    if (!Numbers.isNumber(a) || !Numbers.isNumber(b)) {
      throw unsupported(operator, a, b);
    }
  }

  private static PythonError unsupported(String operator, @Nullable Object a, @Nullable Object b) {
    check(a);
    check(b);
    return PythonError.type(
        "unsupported operand type(s) for "
            + operator
            + ": '"
            + Types.name(a)
            + "' and '"
            + Types.name(b)
            + "'");
  }

  private static void check(@Nullable Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
  }

  /**
   * Negative, zero or positive; 2 for a NaN, which is neither. {@code operator} is for the message.
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public static int compare(String operator, @Nullable Object a, @Nullable Object b) {
    if (a != null && b != null) {
      if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
        return Numbers.compare(a, b);
      }
      if (a instanceof CharSequence && b instanceof CharSequence) {
        return codePoints(a.toString(), b.toString());
      }
      if (a instanceof List<?> x
          && b instanceof List<?> y
          && a instanceof Tuple == b instanceof Tuple) {
        return lists(operator, x, y);
      }
      if (a instanceof Comparable x && a.getClass() == b.getClass()) {
        return Integer.signum(x.compareTo(b));
      }
    }
    check(a);
    check(b);
    throw PythonError.type(
        "'"
            + operator
            + "' not supported between instances of '"
            + Types.name(a)
            + "' and '"
            + Types.name(b)
            + "'");
  }

  private static int lists(String operator, List<?> a, List<?> b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!Equality.equal(a.get(i), b.get(i))) {
        return compare(operator, a.get(i), b.get(i));
      }
    }
    return Integer.signum(a.size() - b.size());
  }

  /** Python orders strings by code point, Java by UTF-16 unit: they differ beyond U+FFFF. */
  private static int codePoints(String a, String b) {
    int mismatch = mismatch(a, b);
    if (mismatch < 0) {
      return Integer.signum(a.length() - b.length());
    }
    char x = a.charAt(mismatch);
    char y = b.charAt(mismatch);
    boolean high = Character.isSurrogate(x);
    return high == Character.isSurrogate(y) ? Integer.signum(x - y) : high ? 1 : -1;
  }

  private static int mismatch(String a, String b) {
    int at = Arrays.mismatch(a.toCharArray(), b.toCharArray());
    return at < Math.min(a.length(), b.length()) ? at : -1;
  }

  public static boolean less(@Nullable Object a, @Nullable Object b) {
    return compare("<", a, b) < 0;
  }

  public static boolean lessOrEqual(@Nullable Object a, @Nullable Object b) {
    return compare("<=", a, b) <= 0;
  }

  public static boolean greater(@Nullable Object a, @Nullable Object b) {
    return compare(">", a, b) == 1;
  }

  public static boolean greaterOrEqual(@Nullable Object a, @Nullable Object b) {
    int order = compare(">=", a, b);
    return order == 0 || order == 1;
  }

  /** {@code item in container}. */
  public static boolean contains(@Nullable Object container, @Nullable Object item) {
    if (container instanceof CharSequence text) {
      if (item instanceof CharSequence part) {
        return text.toString().contains(part);
      }
      check(item);
      throw PythonError.type(
          "'in <string>' requires string as left operand, not " + Types.name(item));
    }
    if (container instanceof Map<?, ?> map) {
      return Dicts.contains(map, item);
    }
    if (container instanceof Undefined undefined) {
      undefined.checkUse();
      return false;
    }
    if (container instanceof DictView view) {
      return view.contains(item);
    }
    if (container instanceof Iterable<?> || container instanceof Generator) {
      return Sequences.listContains(Sequences.iterable(container), item);
    }
    throw PythonError.type("argument of type '" + Types.name(container) + "' is not iterable");
  }
}
