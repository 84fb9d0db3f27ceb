package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Generator;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Sequences;
import dev.millrace.jinja.value.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Filters that apply other filters and tests: map, select, reject and their like. */
final class SelectionFilters {
  static final Map<String, Filter> ALL =
      new FilterTable()
          .raw("map", SelectionFilters::map)
          .raw("select", (e, v, a) -> select(e, v, a, false, true))
          .raw("reject", (e, v, a) -> select(e, v, a, false, false))
          .raw("selectattr", (e, v, a) -> select(e, v, a, true, true))
          .raw("rejectattr", (e, v, a) -> select(e, v, a, true, false))
          .build();

  private SelectionFilters() {}

  private static Object map(Evaluation evaluation, @Nullable Object value, Arguments arguments) {
    Function<@Nullable Object, @Nullable Object> mapping = mapping(evaluation, arguments);
    List<@Nullable Object> mapped = new ArrayList<>();
    if (Operators.truth(value)) {
      Sequences.iterator(value).forEachRemaining(item -> mapped.add(mapping.apply(item)));
    }
    return new Generator(mapped);
  }

  private static Function<@Nullable Object, @Nullable Object> mapping(
      Evaluation evaluation, Arguments arguments) {
    Map<String, @Nullable Object> keywords = arguments.keywords();
    if (arguments.count() == 0 && keywords.containsKey("attribute")) {
      for (String name : keywords.keySet()) {
        if (!name.equals("attribute") && !name.equals("default")) {
          throw new PythonError(
              "FilterArgumentError", "Unexpected keyword argument " + Printing.repr(name));
        }
      }
      Function<@Nullable Object, @Nullable Object> getter =
          Keys.getter(evaluation, keywords.get("attribute"));
      return Keys.withDefault(getter, keywords.get("default"));
    }
    if (arguments.count() == 0) {
      throw new PythonError("FilterArgumentError", "map requires a filter argument");
    }
    String name = Printing.str(arguments.at(0));
    if (!evaluation.hasFilter(name)) {
      throw PythonError.runtime("No filter named " + Printing.repr(name) + ".");
    }
    Arguments rest = arguments.skip(1);
    return item -> evaluation.filter(name, item, rest);
  }

  private static Object select(
      Evaluation evaluation,
      @Nullable Object value,
      Arguments arguments,
      boolean byAttribute,
      boolean wanted) {
    int skipped = byAttribute ? 1 : 0;
    if (arguments.count() < skipped) {
      throw new PythonError("FilterArgumentError", "Missing parameter for attribute name");
    }
    Function<@Nullable Object, @Nullable Object> getter =
        Keys.getter(evaluation, byAttribute ? arguments.at(0) : null);
    String test = arguments.count() > skipped ? Printing.str(arguments.at(skipped)) : null;
    if (test != null && !evaluation.hasTest(test)) {
      throw PythonError.runtime("No test named " + Printing.repr(test) + ".");
    }
    Arguments rest = arguments.skip(skipped + 1);
    List<@Nullable Object> kept = new ArrayList<>();
    if (value instanceof Undefined || Operators.truth(value)) {
      Sequences.iterator(value)
          .forEachRemaining(
              item -> {
                Object key = getter.apply(item);
                boolean holds =
                    test == null ? Operators.truth(key) : evaluation.test(test, key, rest);
                if (holds == wanted) {
                  kept.add(item);
                }
              });
    }
    return new Generator(kept);
  }
}
