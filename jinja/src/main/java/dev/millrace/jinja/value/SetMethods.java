package dev.millrace.jinja.value;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of set. */
final class SetMethods {
  private static final Map<String, Method> ALL =
      new Signature.Methods()
          .add("add(elem)", (self, a) -> add(self, a[0]))
          .add("discard(elem)", (self, a) -> discard(self, a[0]))
          .add("remove(elem)", (self, a) -> remove(self, a[0]))
          .add("copy()", (self, a) -> new LinkedHashSet<>(set(self)))
          .add("union(other)", (self, a) -> union(self, a[0]))
          .add("update(other)", (self, a) -> update(self, a[0]))
          .add("intersection(other)", (self, a) -> keep(self, a[0], true))
          .add("difference(other)", (self, a) -> keep(self, a[0], false))
          .add(
              "issubset(other)",
              (self, a) -> new LinkedHashSet<>(Sequences.list(a[0])).containsAll(set(self)))
          .add("issuperset(other)", (self, a) -> set(self).containsAll(Sequences.list(a[0])))
          .build();

  private SetMethods() {}

  static @Nullable Method find(String name) {
    return ALL.get(name);
  }

  @SuppressWarnings("unchecked")
  private static Set<@Nullable Object> set(@Nullable Object self) {
    return (Set<@Nullable Object>) Objects.requireNonNull(self);
  }

  private static @Nullable Object add(@Nullable Object self, @Nullable Object item) {
    set(self).add(Dicts.hashable(item));
    return null;
  }

  private static @Nullable Object discard(@Nullable Object self, @Nullable Object item) {
    set(self).remove(Dicts.hashable(item));
    return null;
  }

  private static @Nullable Object remove(@Nullable Object self, @Nullable Object item) {
    if (!set(self).remove(Dicts.hashable(item))) {
      throw PythonError.key(Printing.repr(item));
    }
    return null;
  }

  private static Object union(@Nullable Object self, @Nullable Object other) {
    Set<@Nullable Object> all = new LinkedHashSet<>(set(self));
    all.addAll(Sequences.list(other));
    return all;
  }

  private static @Nullable Object update(@Nullable Object self, @Nullable Object other) {
    set(self).addAll(Sequences.list(other));
    return null;
  }

  private static Object keep(@Nullable Object self, @Nullable Object other, boolean common) {
    Set<@Nullable Object> others = new LinkedHashSet<>(Sequences.list(other));
    Set<@Nullable Object> kept = new LinkedHashSet<>(set(self));
    kept.removeIf(item -> others.contains(item) != common);
    return kept;
  }
}
