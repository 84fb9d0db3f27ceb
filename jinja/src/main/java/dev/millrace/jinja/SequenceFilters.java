package dev.millrace.jinja;

import dev.millrace.jinja.value.Dicts;
import dev.millrace.jinja.value.Equality;
import dev.millrace.jinja.value.Generator;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.SafeString;
import dev.millrace.jinja.value.Sequences;
import dev.millrace.jinja.value.Tuple;
import dev.millrace.jinja.value.Types;
import dev.millrace.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Filters of sequences and dicts. */
final class SequenceFilters {
  static final Map<String, Filter> ALL =
      new FilterTable()
          .add("length()", (e, v, a) -> (long) Sequences.length(v))
          .alias("count", "length")
          .add("list()", (e, v, a) -> Sequences.list(v))
          .add("first()", (e, v, a) -> first(e, v))
          .add("last()", (e, v, a) -> last(e, v))
          .add("random()", (e, v, a) -> random(e, v))
          .add("reverse()", (e, v, a) -> reverse(v))
          .add("join(d='', attribute=None)", SequenceFilters::join)
          .add("sum(attribute=None, start=0)", SequenceFilters::sum)
          .add("min(case_sensitive=False, attribute=None)", (e, v, a) -> extreme(e, v, a, -1))
          .add("max(case_sensitive=False, attribute=None)", (e, v, a) -> extreme(e, v, a, 1))
          .add("sort(reverse=False, case_sensitive=False, attribute=None)", SequenceFilters::sort)
          .add("unique(case_sensitive=False, attribute=None)", SequenceFilters::unique)
          .add("dictsort(case_sensitive=False, by='key', reverse=False)", SequenceFilters::dictSort)
          .add("items()", (e, v, a) -> items(v))
          .add("attr(name)", (e, v, a) -> attribute(e, v, Printing.str(a[0])))
          .add("batch(linecount, fill_with=None)", (e, v, a) -> batch(v, a[0], a[1]))
          .add("slice(slices, fill_with=None)", (e, v, a) -> slice(v, a[0], a[1]))
          .add("groupby(attribute, default=None, case_sensitive=False)", SequenceFilters::groupBy)
          .add(
              "default(default_value='', boolean=False)",
              (e, v, a) ->
                  v instanceof Undefined || (Operators.truth(a[1]) && !Operators.truth(v))
                      ? a[0]
                      : v)
          .alias("d", "default")
          .build();

  private SequenceFilters() {}

  private static Undefined none(Evaluation evaluation, String hint) {
    return Undefined.because(evaluation.undefined(), hint, null);
  }

  private static @Nullable Object first(Evaluation evaluation, @Nullable Object value) {
    Iterator<?> items = Sequences.iterator(value);
    return items.hasNext() ? items.next() : none(evaluation, "No first item, sequence was empty.");
  }

  private static @Nullable Object last(Evaluation evaluation, @Nullable Object value) {
    if (value instanceof Generator) {
      throw PythonError.type("'generator' object is not reversible");
    }
    List<@Nullable Object> items = Sequences.list(value);
    return items.isEmpty()
        ? none(evaluation, "No last item, sequence was empty.")
        : items.get(items.size() - 1);
  }

  private static @Nullable Object random(Evaluation evaluation, @Nullable Object value) {
    List<@Nullable Object> items = Sequences.list(value);
    return items.isEmpty()
        ? none(evaluation, "No random item, sequence was empty.")
        : items.get(java.util.concurrent.ThreadLocalRandom.current().nextInt(items.size()));
  }

  private static Object reverse(@Nullable Object value) {
    if (value instanceof CharSequence) {
      return TextFilters.map(value, text -> new StringBuilder(text).reverse().toString());
    }
    if (!Sequences.isIterable(value)) {
      throw new PythonError("FilterArgumentError", "argument must be iterable");
    }
    List<@Nullable Object> items = Sequences.list(value);
    Collections.reverse(items);
    return new Generator(items);
  }

  private static Object join(Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    Function<@Nullable Object, @Nullable Object> getter = Keys.getter(evaluation, a[1]);
    List<@Nullable Object> items = new ArrayList<>();
    Sequences.iterator(value).forEachRemaining(item -> items.add(getter.apply(item)));
    boolean safe =
        evaluation.autoescape()
            && (a[0] instanceof SafeString
                || items.stream().anyMatch(item -> item instanceof SafeString));
    StringBuilder out = new StringBuilder();
    String separator = safe ? SafeString.escape(a[0]).text() : Printing.str(a[0]);
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : separator);
      out.append(safe ? SafeString.escape(items.get(i)).text() : Printing.str(items.get(i)));
    }
    return safe ? new SafeString(out.toString()) : out.toString();
  }

  private static @Nullable Object sum(
      Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    Function<@Nullable Object, @Nullable Object> getter = Keys.getter(evaluation, a[0]);
    Object total = a[1];
    for (Object item : Sequences.list(value)) {
      total = Operators.add(total, getter.apply(item));
    }
    return total;
  }

  private static @Nullable Object extreme(
      Evaluation evaluation, @Nullable Object value, @Nullable Object[] a, int sign) {
    Function<@Nullable Object, @Nullable Object> key =
        Keys.sorting(evaluation, a[1], Operators.truth(a[0]));
    List<@Nullable Object> items = Sequences.list(value);
    if (items.isEmpty()) {
      return none(evaluation, "No aggregated item, sequence was empty.");
    }
    Object best = items.get(0);
    for (Object item : items) {
      if (sign < 0
          ? Operators.less(key.apply(item), key.apply(best))
          : Operators.greater(key.apply(item), key.apply(best))) {
        best = item;
      }
    }
    return best;
  }

  private static Object sort(Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    List<@Nullable Object> items = Sequences.list(value);
    Comparator<@Nullable Object> order =
        Keys.order(Keys.sortingAll(evaluation, a[2], Operators.truth(a[1])));
    items.sort(Operators.truth(a[0]) ? order.reversed() : order);
    return items;
  }

  private static Object unique(
      Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    Function<@Nullable Object, @Nullable Object> key =
        Keys.sorting(evaluation, a[1], Operators.truth(a[0]));
    java.util.Set<Object> seen = new java.util.HashSet<>();
    List<@Nullable Object> kept = new ArrayList<>();
    for (Object item : Sequences.list(value)) {
      if (seen.add(Tuple.of(Dicts.hashable(key.apply(item))))) {
        kept.add(item);
      }
    }
    return new Generator(kept);
  }

  private static Object dictSort(
      Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    String by = Printing.str(a[1]);
    if (!by.equals("key") && !by.equals("value")) {
      throw new PythonError(
          "FilterArgumentError", "You can only sort by either \"key\" or \"value\"");
    }
    if (value instanceof Undefined undefined) {
      throw undefined.error();
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw new PythonError(
          "AttributeError", "'" + Types.name(value) + "' object has no attribute 'items'");
    }
    List<@Nullable Object> pairs = new ArrayList<>();
    map.forEach((key, item) -> pairs.add(Tuple.of(key, item)));
    long index = by.equals("key") ? 0 : 1;
    Comparator<@Nullable Object> order =
        Keys.order(Keys.sorting(evaluation, index, Operators.truth(a[0])));
    pairs.sort(Operators.truth(a[2]) ? order.reversed() : order);
    return pairs;
  }

  private static Object items(@Nullable Object value) {
    if (value instanceof Undefined) {
      return new Generator(List.of());
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw PythonError.type("Can only get item pairs from a mapping.");
    }
    List<@Nullable Object> pairs = new ArrayList<>();
    map.forEach((key, item) -> pairs.add(Tuple.of(key, item)));
    return new Generator(pairs);
  }

  /** The attribute alone: unlike {@code a.b}, never an item. */
  private static @Nullable Object attribute(
      Evaluation evaluation, @Nullable Object value, String name) {
    return value instanceof Map<?, ?> map
            && map.containsKey(name)
            && !(evaluation.attribute(Map.of(), name) instanceof dev.millrace.jinja.value.Callable)
        ? Undefined.element(evaluation.undefined(), value, name)
        : evaluation.attribute(value, name);
  }

  private static Object batch(
      @Nullable Object value, @Nullable Object size, @Nullable Object fill) {
    int count = Numbers.toInt(size);
    List<@Nullable Object> batches = new ArrayList<>();
    List<@Nullable Object> current = new ArrayList<>();
    for (Object item : Sequences.list(value)) {
      if (current.size() == count) {
        batches.add(current);
        current = new ArrayList<>();
      }
      current.add(item);
    }
    if (!current.isEmpty()) {
      while (fill != null && current.size() < count) {
        current.add(fill);
      }
      batches.add(current);
    }
    return new Generator(batches);
  }

  private static Object slice(
      @Nullable Object value, @Nullable Object slices, @Nullable Object fill) {
    List<@Nullable Object> items = Sequences.list(value);
    int count = Numbers.toInt(slices);
    if (count <= 0) {
      throw PythonError.zeroDivision("integer division or modulo by zero");
    }
    int each = items.size() / count;
    int longer = items.size() % count;
    List<@Nullable Object> parts = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < count; i++) {
      int to = from + each + (i < longer ? 1 : 0);
      List<@Nullable Object> part = new ArrayList<>(items.subList(from, to));
      if (fill != null && i >= longer) {
        part.add(fill);
      }
      parts.add(part);
      from = to;
    }
    return new Generator(parts);
  }

  private static Object groupBy(
      Evaluation evaluation, @Nullable Object value, @Nullable Object[] a) {
    boolean sensitive = Operators.truth(a[2]);
    Function<@Nullable Object, @Nullable Object> exact =
        Keys.withDefault(Keys.getter(evaluation, a[0]), a[1]);
    Function<@Nullable Object, @Nullable Object> key =
        item -> sensitive ? exact.apply(item) : Keys.ignoreCase(exact.apply(item));
    List<@Nullable Object> items = Sequences.list(value);
    items.sort(Keys.order(key));
    List<@Nullable Object> groups = new ArrayList<>();
    for (int from = 0, to; from < items.size(); from = to) {
      Object group = key.apply(items.get(from));
      to = from + 1;
      while (to < items.size() && Equality.equal(key.apply(items.get(to)), group)) {
        to++;
      }
      groups.add(
          new Tuple.Named(
              List.of("grouper", "list"),
              exact.apply(items.get(from)),
              new ArrayList<>(items.subList(from, to))));
    }
    return groups;
  }
}
