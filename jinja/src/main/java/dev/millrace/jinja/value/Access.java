package dev.millrace.jinja.value;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Attributes and items of values: {@code a.b} and {@code a[b]} as Jinja resolves them. */
public final class Access {
  private Access() {}

  /** {@code value.name}: the attribute, else the item of that name, else undefined. */
  public static @Nullable Object attribute(
      @Nullable Object value, String name, Undefined.Behaviour behaviour) {
    if (value instanceof Undefined undefined) {
      return isUnsafe(name) ? Undefined.unsafe(behaviour, value, name) : undefined.child();
    }
    Object found = own(value, name);
    if (found == Missing.VALUE && value instanceof Map<?, ?> map) {
      found = Dicts.get(map, name);
    }
    return found == Missing.VALUE ? absent(value, name, behaviour) : found;
  }

  /** {@code value[key]}: the item, else the attribute of that name, else undefined. */
  public static @Nullable Object item(
      @Nullable Object value, @Nullable Object key, Undefined.Behaviour behaviour) {
    if (value instanceof Undefined undefined) {
      return undefined.child();
    }
    if (key instanceof Undefined) {
      return Undefined.element(behaviour, value, key);
    }
    Object found = subscript(value, key);
    if (found == Missing.VALUE && key instanceof CharSequence name) {
      found = own(value, name.toString());
      return found == Missing.VALUE ? absent(value, name.toString(), behaviour) : found;
    }
    return found == Missing.VALUE ? Undefined.element(behaviour, value, key) : found;
  }

  private static Object absent(@Nullable Object value, String name, Undefined.Behaviour behaviour) {
    return isUnsafe(name)
        ? Undefined.unsafe(behaviour, value, name)
        : Undefined.element(behaviour, value, name);
  }

  private static boolean isUnsafe(String name) {
    return name.startsWith("__") && name.endsWith("__") && name.length() > 4;
  }

  private static @Nullable Object subscript(@Nullable Object value, @Nullable Object key) {
    if (key instanceof Slice slice) {
      return slice(value, slice);
    }
    if (value instanceof Map<?, ?> map) {
      try {
        return Dicts.get(map, key);
      } catch (PythonError unhashable) {
        return Missing.VALUE;
      }
    }
    if (!Numbers.isInt(key)
        || !(Numbers.canonical(key) instanceof Long position)
        || !(value instanceof CharSequence || value instanceof List)) {
      return Missing.VALUE;
    }
    int length = Sequences.length(value);
    long index = position < 0 ? position + length : position;
    if (index < 0 || index >= length) {
      return Missing.VALUE;
    }
    if (value instanceof List<?> list) {
      return list.get((int) index);
    }
    String character = CodePoints.at(value.toString(), (int) index);
    return value instanceof SafeString ? new SafeString(character) : character;
  }

  /** Unlike other subscripts, a slice of what has none is an error, as in Python's Jinja2. */
  private static Object slice(@Nullable Object value, Slice slice) {
    if (value instanceof CharSequence || value instanceof List) {
      return slice.of(value);
    }
    throw PythonError.type(
        value instanceof Map
            ? "unhashable type: 'slice'"
            : "'" + Types.name(value) + "' object is not subscriptable");
  }

  /** The attribute that the value's type gives it, or the mark of absence. */
  private static @Nullable Object own(@Nullable Object value, String name) {
    if (value instanceof Attributes object) {
      Object found = object.attribute(name);
      if (found != Missing.VALUE) {
        return found;
      }
    }
    Method method = method(value, name);
    return method == null ? Missing.VALUE : new BoundMethod(value, name, method);
  }

  private static @Nullable Method method(@Nullable Object value, String name) {
    if (value instanceof CharSequence) {
      return StringMethods.find(name);
    }
    if (value instanceof Tuple) {
      return ListMethods.ofTuple(name);
    }
    if (value instanceof List) {
      return value instanceof Range ? null : ListMethods.find(name);
    }
    if (value instanceof Map) {
      return DictMethods.find(name);
    }
    if (value instanceof Set) {
      return SetMethods.find(name);
    }
    return Numbers.isNumber(value) ? NumberMethods.find(value, name) : null;
  }

  /** A method of a value, ready to be called. */
  record BoundMethod(@Nullable Object self, String name, Method method) implements Callable {
    @Override
    public @Nullable Object call(Arguments arguments) {
      return method.call(self, arguments);
    }

    @Override
    public String toString() {
      return "<built-in method " + name + " of " + Types.name(self) + " object>";
    }
  }
}
