package dev.millrace.jinja.value;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Python's {@code ==}, and the hash that goes with it. */
public final class Equality {
  private Equality() {}

  public static boolean equal(@Nullable Object a, @Nullable Object b) {
    if (a == b) {
      return !(a instanceof Double number && number.isNaN());
    }
    if (a == null || b == null) {
      return false;
    }
    if (a instanceof CharSequence && b instanceof CharSequence) {
      return a.toString().equals(b.toString());
    }
    if (Numbers.isNumber(a)) {
      return Numbers.isNumber(b) && Numbers.compare(a, b) == 0;
    }
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return kind(x) == kind(y) && sequences(x, y);
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return maps(x, y);
    }
    if (a instanceof Set<?> x && b instanceof Set<?> y) {
      return x.equals(y);
    }
    if (a instanceof Undefined x) {
      x.checkEquality();
      return b instanceof Undefined;
    }
    if (b instanceof Undefined y) {
      y.checkEquality();
      return false;
    }
    return a.equals(b);
  }

  private static int kind(List<?> list) {
    if (list instanceof Tuple) {
      return 1;
    }
    return list instanceof Range ? 2 : 0;
  }

  static boolean sequences(List<?> a, List<?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean maps(Map<?, ?> a, Map<?, ?> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (Map.Entry<?, ?> entry : a.entrySet()) {
      Object other = Dicts.get(b, entry.getKey());
      if (other == Missing.VALUE || !equal(entry.getValue(), other)) {
        return false;
      }
    }
    return true;
  }

  /** Equal values have equal hashes: {@code 1}, {@code 1.0} and {@code True} too. */
  static int hash(@Nullable Object value) {
    if (value == null) {
      return 0;
    }
    if (value instanceof Boolean bool) {
      return bool ? 1 : 0;
    }
    if (value instanceof Double number
        && number == Math.rint(number)
        && Math.abs(number) < 9.0e18) {
      return Long.hashCode(number.longValue());
    }
    if (value instanceof BigInteger || !(value instanceof Number number)) {
      return value instanceof CharSequence ? value.toString().hashCode() : value.hashCode();
    }
    return value instanceof Double || value instanceof Float
        ? Double.hashCode(number.doubleValue())
        : Long.hashCode(number.longValue());
  }
}
