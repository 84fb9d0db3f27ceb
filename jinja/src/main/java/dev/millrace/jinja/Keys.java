package dev.millrace.jinja;

import dev.millrace.jinja.value.ListMethods;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Tuple;
import dev.millrace.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What filters sort, group and sum by: an attribute such as {@code a.b.0}, or the item itself. */
final class Keys {
  private Keys() {}

  /** Reads an attribute; the item itself when it is None. */
  static Function<@Nullable Object, @Nullable Object> getter(
      Evaluation evaluation, @Nullable Object attribute) {
    if (attribute == null) {
      return item -> item;
    }
    List<Object> path = new ArrayList<>();
    if (Numbers.isInt(attribute)) {
      path.add(attribute);
    } else {
      for (String part : attribute.toString().split("\\.", -1)) {
        boolean index = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
        path.add(index ? Long.valueOf(part) : (Object) part);
      }
    }
    return item -> {
      Object value = item;
      for (Object part : path) {
        value = evaluation.item(value, part);
      }
      return value;
    };
  }

  /** The getter, with a default for what is undefined. */
  static Function<@Nullable Object, @Nullable Object> withDefault(
      Function<@Nullable Object, @Nullable Object> getter, @Nullable Object fallback) {
    return item -> {
      Object value = getter.apply(item);
      return value instanceof Undefined && fallback != null ? fallback : value;
    };
  }

  static Function<@Nullable Object, @Nullable Object> sorting(
      Evaluation evaluation, @Nullable Object attribute, boolean caseSensitive) {
    Function<@Nullable Object, @Nullable Object> getter = getter(evaluation, attribute);
    return caseSensitive ? getter : item -> ignoreCase(getter.apply(item));
  }

  /** As {@link #sorting}, for several attributes with commas between them. */
  static Function<@Nullable Object, @Nullable Object> sortingAll(
      Evaluation evaluation, @Nullable Object attribute, boolean caseSensitive) {
    if (!(attribute instanceof CharSequence names) || names.toString().indexOf(',') < 0) {
      return sorting(evaluation, attribute, caseSensitive);
    }
    List<Function<@Nullable Object, @Nullable Object>> getters = new ArrayList<>();
    for (String name : names.toString().split(",", -1)) {
      getters.add(sorting(evaluation, name, caseSensitive));
    }
    return item -> Tuple.copyOf(getters.stream().map(getter -> getter.apply(item)).toList());
  }

  static @Nullable Object ignoreCase(@Nullable Object value) {
    return value instanceof CharSequence text ? text.toString().toLowerCase(Locale.ROOT) : value;
  }

  static Comparator<@Nullable Object> order(Function<@Nullable Object, @Nullable Object> key) {
    return (a, b) -> ListMethods.order(key.apply(a), key.apply(b));
  }
}
