package dev.millrace.jinja.value;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reading and writing dicts, whose keys {@code 1}, {@code 1.0} and {@code True} are one key. */
public final class Dicts {
  private Dicts() {}

  /** The value, or {@link Attributes#ABSENT}. */
  public static @Nullable Object get(Map<?, ?> map, @Nullable Object key) {
    Object found = key(map, key);
    return found == Missing.VALUE ? Missing.VALUE : map.get(found);
  }

  public static boolean contains(Map<?, ?> map, @Nullable Object key) {
    return key(map, key) != Missing.VALUE;
  }

  public static void put(
      Map<@Nullable Object, @Nullable Object> map, @Nullable Object key, @Nullable Object value) {
    Object found = key(map, key);
    map.put(found == Missing.VALUE ? hashable(key) : found, value);
  }

  /** Removes the key; returns its value, or {@link Attributes#ABSENT}. */
  static @Nullable Object remove(Map<?, ?> map, @Nullable Object key) {
    Object found = key(map, key);
    return found == Missing.VALUE ? Missing.VALUE : map.remove(found);
  }

  /** A value that may be a key of a dict or an element of a set; a TypeError for others. */
  public static @Nullable Object hashable(@Nullable Object key) {
    if ((key instanceof Map && !(key instanceof Attributes))
        || key instanceof Set
        || (key instanceof List && !immutable(key))) {
      throw PythonError.type("unhashable type: '" + Types.name(key) + "'");
    }
    if (key instanceof SafeString) {
      return key.toString();
    }
    return Numbers.isInt(key) && !(key instanceof Boolean) ? Numbers.canonical(key) : key;
  }

  private static boolean immutable(Object key) {
    return key instanceof Tuple || key instanceof Range;
  }

  /** The key as the map holds it, or the mark of absence. */
  private static @Nullable Object key(Map<?, ?> map, @Nullable Object key) {
    if (key == null) {
      return holdsNone(map) ? null : Missing.VALUE;
    }
    Object plain = hashable(key);
    if (plain instanceof String || plain == null) {
      return map.containsKey(plain) ? plain : Missing.VALUE;
    }
    if (map.containsKey(plain)) {
      return plain;
    }
    return Numbers.isNumber(plain) ? number(map, plain) : Missing.VALUE;
  }

  private static @Nullable Object number(Map<?, ?> map, Object key) {
    double value = Numbers.toDouble(key);
    if (value != Math.rint(value) || Math.abs(value) > 9.0e15) {
      return Missing.VALUE;
    }
    long whole = (long) value;
    if (map.containsKey(whole)) {
      return whole;
    }
    if (map.containsKey((double) whole)) {
      return (double) whole;
    }
    if (whole >= Integer.MIN_VALUE && whole <= Integer.MAX_VALUE && map.containsKey((int) whole)) {
      return (int) whole;
    }
    if ((whole == 0 || whole == 1) && map.containsKey(whole == 1)) {
      return whole == 1;
    }
    return Missing.VALUE;
  }

  private static boolean holdsNone(Map<?, ?> map) {
    try {
      return map.containsKey(null);
    } catch (NullPointerException e) {
      return false; // Map.of and its like refuse to be asked.
    }
  }
}
