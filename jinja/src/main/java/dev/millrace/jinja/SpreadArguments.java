package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Sequences;
import dev.millrace.jinja.value.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arguments with {@code *args} or {@code **kwargs} among them. */
record SpreadArguments(
    Eval[] positional,
    String[] keywords,
    Eval[] keywordValues,
    Eval star,
    Eval doubleStar,
    Site site)
    implements ExpressionCompiler.ArgumentsEval {
  @Override
  public Arguments eval(Frame frame) {
    List<@Nullable Object> all = new ArrayList<>();
    for (Eval argument : positional) {
      all.add(argument.eval(frame));
    }
    Map<String, @Nullable Object> named =
        ExpressionCompiler.keywords(keywords, keywordValues, frame);
    Object more = star.eval(frame);
    Object moreNamed = doubleStar.eval(frame);
    try {
      if (more != null) {
        all.addAll(Sequences.list(more));
      }
      if (moreNamed != null) {
        spread(moreNamed, named);
      }
    } catch (PythonError e) {
      throw site.error(e);
    }
    return Arguments.of(all.toArray(), named);
  }

  private static void spread(Object value, Map<String, @Nullable Object> named) {
    if (!(value instanceof Map<?, ?> map)) {
      throw PythonError.type("argument after ** must be a mapping, not " + Types.name(value));
    }
    map.forEach(
        (key, item) -> {
          if (!(key instanceof String name)) {
            throw PythonError.type("keywords must be strings");
          }
          if (named.containsKey(name)) {
            throw PythonError.type(
                "got multiple values for keyword argument " + Printing.repr(name));
          }
          named.put(name, item);
        });
  }
}
