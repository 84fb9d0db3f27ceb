package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.DictMethods;
import dev.millrace.jinja.value.Namespace;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Range;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every template has. */
final class Globals {
  private static final int MAX_RANGE = 100_000;

  static final Map<String, Object> ALL =
      Map.of(
          "range", (Callable) Globals::range,
          "dict", (Callable) Globals::dict,
          "namespace", (Callable) Globals::namespace,
          "cycler", (Callable) Cycler::new,
          "joiner", (Callable) Joiner::new);

  private Globals() {}

  private static Object range(Arguments arguments) {
    int count = arguments.count();
    if (count == 0 || count > 3 || !arguments.keywords().isEmpty()) {
      throw PythonError.type("range expected 1 to 3 arguments, got " + count);
    }
    long start = count == 1 ? 0 : Numbers.toInt(arguments.at(0));
    long stop = Numbers.toInt(arguments.at(count == 1 ? 0 : 1));
    long step = count < 3 ? 1 : Numbers.toInt(arguments.at(2));
    Range range = new Range(start, stop, step);
    if (range.size() > MAX_RANGE) {
      throw PythonError.overflow(
          "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + MAX_RANGE + ").");
    }
    return range;
  }

  private static Map<@Nullable Object, @Nullable Object> dict(Arguments arguments) {
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    DictMethods.update(map, arguments);
    return map;
  }

  private static Object namespace(Arguments arguments) {
    Namespace namespace = new Namespace();
    dict(arguments).forEach((name, value) -> namespace.set(Printing.str(name), value));
    return namespace;
  }

  /** Gives its items in turn. */
  private static final class Cycler implements Attributes {
    private final Arguments items;
    private int position;

    Cycler(Arguments items) {
      if (items.count() == 0) {
        throw new PythonError("RuntimeError", "at least one item has to be provided");
      }
      this.items = items;
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "current" -> items.at(position);
        case "next" ->
            (Callable)
                arguments -> {
                  Object current = items.at(position);
                  position = (position + 1) % items.count();
                  return current;
                };
        case "reset" ->
            (Callable)
                arguments -> {
                  position = 0;
                  return null;
                };
        default -> ABSENT;
      };
    }
  }

  /** Nothing the first time, its separator from then on. */
  private static final class Joiner implements Callable {
    private final @Nullable Object separator;
    private boolean used;

    Joiner(Arguments arguments) {
      this.separator = arguments.get(0, "sep", ", ");
    }

    @Override
    public @Nullable Object call(Arguments arguments) {
      Object result = used ? separator : "";
      used = true;
      return result;
    }
  }
}
