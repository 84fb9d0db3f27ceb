package dev.millrace.jinja.value;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The methods of dict. */
public final class DictMethods {
  private static final Map<String, Method> ALL =
      new Signature.Methods()
          .add("get(key, default=None)", (self, a) -> get(self, a[0], a[1]))
          .add("items()", (self, a) -> new DictView(map(self), DictView.Kind.ITEMS))
          .add("keys()", (self, a) -> new DictView(map(self), DictView.Kind.KEYS))
          .add("values()", (self, a) -> new DictView(map(self), DictView.Kind.VALUES))
          .add("copy()", (self, a) -> new LinkedHashMap<>(map(self)))
          .add("clear()", (self, a) -> clear(self))
          .add("pop(key, default=?)", (self, a) -> pop(self, a[0], a[1]))
          .add("popitem()", (self, a) -> popItem(self))
          .add("setdefault(key, default=None)", (self, a) -> setDefault(self, a[0], a[1]))
          .raw(
              "update",
              (self, arguments) -> {
                update(map(self), arguments);
                return null;
              })
          .build();

  private DictMethods() {}

  static @Nullable Method find(String name) {
    return ALL.get(name);
  }

  @SuppressWarnings("unchecked")
  private static Map<@Nullable Object, @Nullable Object> map(@Nullable Object self) {
    return (Map<@Nullable Object, @Nullable Object>) Objects.requireNonNull(self);
  }

  private static @Nullable Object get(
      @Nullable Object self, @Nullable Object key, @Nullable Object fallback) {
    Object value = Dicts.get(map(self), key);
    return value == Missing.VALUE ? fallback : value;
  }

  private static @Nullable Object clear(@Nullable Object self) {
    map(self).clear();
    return null;
  }

  private static @Nullable Object pop(
      @Nullable Object self, @Nullable Object key, @Nullable Object fallback) {
    Object value = Dicts.remove(map(self), key);
    if (value == Missing.VALUE && fallback == Missing.VALUE) {
      throw PythonError.key(Printing.repr(key));
    }
    return value == Missing.VALUE ? fallback : value;
  }

  private static Object popItem(@Nullable Object self) {
    Object last = null;
    Map<@Nullable Object, @Nullable Object> map = map(self);
    if (map.isEmpty()) {
      throw PythonError.key("'popitem(): dictionary is empty'");
    }
    for (Object key : map.keySet()) {
      last = key;
    }
    return Tuple.of(last, map.remove(last));
  }

  private static @Nullable Object setDefault(
      @Nullable Object self, @Nullable Object key, @Nullable Object fallback) {
    Object value = Dicts.get(map(self), key);
    if (value != Missing.VALUE) {
      return value;
    }
    Dicts.put(map(self), key, fallback);
    return fallback;
  }

  /** What {@code dict(...)} and {@code update(...)} do: a dict or pairs, then keywords. */
  public static void update(Map<@Nullable Object, @Nullable Object> map, Arguments arguments) {
    if (arguments.count() > 1) {
      throw PythonError.type("update expected at most 1 argument, got " + arguments.count());
    }
    if (arguments.count() == 1 && arguments.at(0) instanceof Map<?, ?> other) {
      other.forEach((key, value) -> Dicts.put(map, key, value));
    } else if (arguments.count() == 1) {
      int index = 0;
      for (Object item : Sequences.list(arguments.at(0))) {
        List<@Nullable Object> pair = Sequences.list(item);
        if (pair.size() != 2) {
          throw PythonError.value(
              "dictionary update sequence element #"
                  + index
                  + " has length "
                  + pair.size()
                  + "; 2 is required");
        }
        Dicts.put(map, pair.get(0), pair.get(1));
        index++;
      }
    }
    arguments.keywords().forEach(map::put);
  }
}
