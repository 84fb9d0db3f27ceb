package dev.millrace.jinja.value;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Walking, counting and indexing Python's sequences. */
public final class Sequences {
  private Sequences() {}

  public static boolean isIterable(@Nullable Object value) {
    return value instanceof Iterable
        || value instanceof Iterator
        || value instanceof Map
        || value instanceof CharSequence
        || value instanceof Undefined;
  }

  /**
   * Walks the value as {@code iter(value)} does: a dict by its keys, a string by its characters.
   */
  public static Iterator<?> iterator(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return new ListIterator(list);
    }
    if (value instanceof Iterator<?> iterator) {
      return iterator;
    }
    return iterable(value).iterator();
  }

  static Iterable<?> iterable(@Nullable Object value) {
    if (value instanceof Map<?, ?> map && !(value instanceof Iterable)) {
      return new ArrayList<>(map.keySet());
    }
    if (value instanceof DictView view) {
      return new ArrayList<>(view);
    }
    if (value instanceof Iterable<?> items) {
      return items;
    }
    if (value instanceof Iterator<?> iterator) {
      return () -> castIterator(iterator);
    }
    if (value instanceof CharSequence text) {
      return characters(text.toString());
    }
    if (value instanceof Undefined undefined) {
      undefined.checkUse();
      return List.of();
    }
    throw PythonError.type("'" + Types.name(value) + "' object is not iterable");
  }

  @SuppressWarnings("unchecked")
  private static Iterator<Object> castIterator(Iterator<?> iterator) {
    return (Iterator<Object>) iterator;
  }

  private static List<String> characters(String text) {
    List<String> list = new ArrayList<>(text.length());
    text.codePoints().forEach(c -> list.add(Character.toString(c)));
    return list;
  }

  /** A new list of all items. */
  public static List<@Nullable Object> list(@Nullable Object value) {
    if (value instanceof Collection<?> items) {
      return new ArrayList<>(items);
    }
    List<@Nullable Object> list = new ArrayList<>();
    iterator(value).forEachRemaining(list::add);
    return list;
  }

  /** {@code len(value)}. */
  public static int length(@Nullable Object value) {
    int length = knownLength(value);
    if (length >= 0) {
      return length;
    }
    if (value instanceof Undefined undefined) {
      undefined.checkUse();
      return 0;
    }
    throw PythonError.type("object of type '" + Types.name(value) + "' has no len()");
  }

  /** The length if it can be told without walking, else -1. */
  public static int knownLength(@Nullable Object value) {
    if (value instanceof CharSequence text) {
      return CodePoints.length(text.toString());
    }
    if (value instanceof Collection<?> items) {
      return items.size();
    }
    return value instanceof Map<?, ?> map ? map.size() : -1;
  }

  static boolean listContains(Iterable<?> items, @Nullable Object item) {
    for (Object candidate : items) {
      if (candidate == item || Equality.equal(candidate, item)) {
        return true;
      }
    }
    return false;
  }

  /** Walks by index, so that items appended on the way are met, as in Python. */
  private static final class ListIterator implements Iterator<@Nullable Object> {
    private final List<?> list;
    private int next;

    ListIterator(List<?> list) {
      this.list = list;
    }

    @Override
    public boolean hasNext() {
      return next < list.size();
    }

    @Override
    public @Nullable Object next() {
      return list.get(next++);
    }
  }
}
