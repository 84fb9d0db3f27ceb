package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.Sequences;
import dev.millrace.jinja.value.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's module {@code itertools}: what ends gives lists. */
final class Itertools {
  private static final int ENDLESS = 100_000;
  static final Map<String, Object> ALL = new LinkedHashMap<>();

  static {
    ALL.put("product", (Callable) Itertools::product);
    ALL.put("chain", (Callable) Itertools::chain);
    ALL.put("zip_longest", (Callable) Itertools::zipLongest);
    ALL.put(
        "combinations",
        Members.function(
            "combinations(iterable, r)",
            a -> chosen(Sequences.list(a[0]), Numbers.toInt(a[1]), false)));
    ALL.put(
        "combinations_with_replacement",
        Members.function(
            "combinations_with_replacement(iterable, r)",
            a -> chosen(Sequences.list(a[0]), Numbers.toInt(a[1]), true)));
    ALL.put(
        "permutations",
        Members.function("permutations(iterable, r=None)", Itertools::permutations));
    ALL.put("islice", (Callable) Itertools::slice);
    ALL.put(
        "accumulate", Members.function("accumulate(iterable, func=None)", Itertools::accumulate));
    ALL.put("compress", Members.function("compress(data, selectors)", Itertools::compress));
    ALL.put(
        "repeat",
        Members.function(
            "repeat(object, times=None)",
            a -> Collections.nCopies(a[1] == null ? ENDLESS : Numbers.toInt(a[1]), a[0])));
    ALL.put("starmap", Members.function("starmap(function, iterable)", Itertools::starmap));
    ALL.put(
        "tee",
        Members.function(
            "tee(iterable, n=2)",
            a -> Tuple.copyOf(Collections.nCopies(Numbers.toInt(a[1]), Sequences.list(a[0])))));
  }

  private Itertools() {}

  private static List<List<@Nullable Object>> lists(Arguments arguments) {
    List<List<@Nullable Object>> lists = new ArrayList<>();
    arguments.positional().forEach(argument -> lists.add(Sequences.list(argument)));
    return lists;
  }

  private static List<Tuple> tuples(List<List<@Nullable Object>> rows) {
    return rows.stream().map(Tuple::copyOf).toList();
  }

  private static List<Tuple> product(Arguments arguments) {
    List<List<@Nullable Object>> factors = lists(arguments);
    int repeat = Numbers.toInt(arguments.keywords().getOrDefault("repeat", 1L));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    rows.add(List.of());
    for (int i = 0; i < repeat; i++) {
      for (List<@Nullable Object> factor : factors) {
        List<List<@Nullable Object>> longer = new ArrayList<>();
        for (List<@Nullable Object> row : rows) {
          for (Object item : factor) {
            List<@Nullable Object> next = new ArrayList<>(row);
            next.add(item);
            longer.add(next);
          }
        }
        rows = longer;
      }
    }
    return tuples(rows);
  }

  private static List<@Nullable Object> chain(Arguments arguments) {
    List<@Nullable Object> all = new ArrayList<>();
    lists(arguments).forEach(all::addAll);
    return all;
  }

  private static List<Tuple> zipLongest(Arguments arguments) {
    List<List<@Nullable Object>> lists = lists(arguments);
    Object fill = arguments.keywords().get("fillvalue");
    int size = lists.stream().mapToInt(List::size).max().orElse(0);
    List<Tuple> rows = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      List<@Nullable Object> row = new ArrayList<>();
      for (List<@Nullable Object> list : lists) {
        row.add(i < list.size() ? list.get(i) : fill);
      }
      rows.add(Tuple.copyOf(row));
    }
    return rows;
  }

  private static List<Tuple> chosen(List<@Nullable Object> items, int count, boolean again) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    choose(items, 0, count, again, new ArrayList<>(), rows);
    return tuples(rows);
  }

  private static void choose(
      List<@Nullable Object> items,
      int from,
      int count,
      boolean again,
      List<@Nullable Object> row,
      List<List<@Nullable Object>> rows) {
    if (row.size() == count) {
      rows.add(new ArrayList<>(row));
      return;
    }
    for (int i = from; i < items.size(); i++) {
      row.add(items.get(i));
      choose(items, again ? i : i + 1, count, again, row, rows);
      row.remove(row.size() - 1);
    }
  }

  private static List<Tuple> permutations(@Nullable Object[] a) {
    List<@Nullable Object> items = Sequences.list(a[0]);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    permute(
        items,
        new boolean[items.size()],
        a[1] == null ? items.size() : Numbers.toInt(a[1]),
        new ArrayList<>(),
        rows);
    return tuples(rows);
  }

  private static void permute(
      List<@Nullable Object> items,
      boolean[] used,
      int count,
      List<@Nullable Object> row,
      List<List<@Nullable Object>> rows) {
    if (row.size() == count) {
      rows.add(new ArrayList<>(row));
      return;
    }
    for (int i = 0; i < items.size(); i++) {
      if (!used[i]) {
        used[i] = true;
        row.add(items.get(i));
        permute(items, used, count, row, rows);
        row.remove(row.size() - 1);
        used[i] = false;
      }
    }
  }

  private static List<@Nullable Object> slice(Arguments arguments) {
    List<@Nullable Object> items = Sequences.list(arguments.at(0));
    int start = arguments.count() > 2 ? Numbers.toInt(arguments.at(1)) : 0;
    Object stop = arguments.count() > 2 ? arguments.at(2) : arguments.at(1);
    int end = Math.min(items.size(), stop == null ? items.size() : Numbers.toInt(stop));
    int step = arguments.count() > 3 ? Numbers.toInt(arguments.at(3)) : 1;
    List<@Nullable Object> some = new ArrayList<>();
    for (int i = start; i < end; i += step) {
      some.add(items.get(i));
    }
    return some;
  }

  private static List<@Nullable Object> accumulate(@Nullable Object[] a) {
    List<@Nullable Object> sums = new ArrayList<>();
    for (Object item : Sequences.list(a[0])) {
      Object last = sums.isEmpty() ? null : sums.get(sums.size() - 1);
      sums.add(
          sums.isEmpty()
              ? item
              : a[1] instanceof Callable function
                  ? function.call(Arguments.of(last, item))
                  : Operators.add(last, item));
    }
    return sums;
  }

  private static List<@Nullable Object> compress(@Nullable Object[] a) {
    List<@Nullable Object> items = Sequences.list(a[0]);
    List<@Nullable Object> wanted = Sequences.list(a[1]);
    List<@Nullable Object> some = new ArrayList<>();
    for (int i = 0; i < Math.min(items.size(), wanted.size()); i++) {
      if (Operators.truth(wanted.get(i))) {
        some.add(items.get(i));
      }
    }
    return some;
  }

  private static List<@Nullable Object> starmap(@Nullable Object[] a) {
    List<@Nullable Object> results = new ArrayList<>();
    for (Object item : Sequences.list(a[1])) {
      results.add(
          ((Callable) java.util.Objects.requireNonNull(a[0]))
              .call(Arguments.of(Sequences.list(item).toArray())));
    }
    return results;
  }
}
