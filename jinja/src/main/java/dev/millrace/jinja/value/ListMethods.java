package dev.millrace.jinja.value;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The methods of list and tuple. */
public final class ListMethods {
  private static final Map<String, Method> LIST =
      new Signature.Methods()
          .add("append(object)", (self, a) -> append(self, a[0]))
          .add("extend(iterable)", (self, a) -> extend(self, a[0]))
          .add("insert(index, object)", (self, a) -> insert(self, a[0], a[1]))
          .add("pop(index=-1)", (self, a) -> pop(self, a[0]))
          .add("remove(value)", (self, a) -> remove(self, a[0]))
          .add("index(value, start=0)", (self, a) -> index(self, a[0], a[1], "list"))
          .add("count(value)", (self, a) -> count(self, a[0]))
          .add("sort(key=None, reverse=False)", (self, a) -> sort(self, a[0], a[1]))
          .add("reverse()", (self, a) -> reverse(self))
          .add("copy()", (self, a) -> new ArrayList<>(list(self)))
          .add("clear()", (self, a) -> clear(self))
          .build();
  private static final Map<String, Method> TUPLE =
      new Signature.Methods()
          .add("index(value, start=0)", (self, a) -> index(self, a[0], a[1], "tuple"))
          .add("count(value)", (self, a) -> count(self, a[0]))
          .build();

  private ListMethods() {}

  static @Nullable Method find(String name) {
    return LIST.get(name);
  }

  static @Nullable Method ofTuple(String name) {
    return TUPLE.get(name);
  }

  @SuppressWarnings("unchecked")
  private static List<@Nullable Object> list(@Nullable Object self) {
    return (List<@Nullable Object>) Objects.requireNonNull(self);
  }

  private static @Nullable Object append(@Nullable Object self, @Nullable Object item) {
    list(self).add(item);
    return null;
  }

  private static @Nullable Object extend(@Nullable Object self, @Nullable Object items) {
    list(self).addAll(Sequences.list(items));
    return null;
  }

  private static @Nullable Object insert(
      @Nullable Object self, @Nullable Object index, @Nullable Object item) {
    int size = list(self).size();
    int at = Numbers.toInt(index);
    list(self).add(Math.max(0, Math.min(size, at < 0 ? at + size : at)), item);
    return null;
  }

  private static @Nullable Object pop(@Nullable Object self, @Nullable Object index) {
    int size = list(self).size();
    int at = Numbers.toInt(index);
    at = at < 0 ? at + size : at;
    if (size == 0) {
      throw PythonError.index("pop from empty list");
    }
    if (at < 0 || at >= size) {
      throw PythonError.index("pop index out of range");
    }
    return list(self).remove(at);
  }

  private static @Nullable Object remove(@Nullable Object self, @Nullable Object item) {
    List<@Nullable Object> list = list(self);
    for (int i = 0; i < list.size(); i++) {
      if (Equality.equal(list.get(i), item)) {
        list.remove(i);
        return null;
      }
    }
    throw PythonError.value("list.remove(x): x not in list");
  }

  private static Object index(
      @Nullable Object self, @Nullable Object item, @Nullable Object start, String type) {
    List<@Nullable Object> list = list(self);
    for (int i = Math.max(0, Numbers.toInt(start)); i < list.size(); i++) {
      if (Equality.equal(list.get(i), item)) {
        return (long) i;
      }
    }
    throw PythonError.value(
        type.equals("list")
            ? Printing.repr(item) + " is not in list"
            : "tuple.index(x): x not in tuple");
  }

  private static Object count(@Nullable Object self, @Nullable Object item) {
    return list(self).stream().filter(other -> Equality.equal(other, item)).count();
  }

  private static @Nullable Object sort(
      @Nullable Object self, @Nullable Object key, @Nullable Object reverse) {
    List<@Nullable Object> sorted = new ArrayList<>(list(self));
    Comparator<@Nullable Object> order =
        key instanceof Callable callable
            ? (a, b) -> order(callable.call(Arguments.of(a)), callable.call(Arguments.of(b)))
            : ListMethods::order;
    sorted.sort(Operators.truth(reverse) ? order.reversed() : order);
    list(self).clear();
    list(self).addAll(sorted);
    return null;
  }

  /** Python's order for sorting, by {@code <} alone; a TypeError for what has no order. */
  public static int order(@Nullable Object a, @Nullable Object b) {
    int order = Operators.compare("<", a, b);
    return order == 2 ? 0 : order;
  }

  private static @Nullable Object reverse(@Nullable Object self) {
    Collections.reverse(list(self));
    return null;
  }

  private static @Nullable Object clear(@Nullable Object self) {
    list(self).clear();
    return null;
  }
}
