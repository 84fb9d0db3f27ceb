package dev.millrace.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The command line: words, then options {@code --name value}. */
final class Arguments {
  private final List<String> words = new ArrayList<>();
  private final Map<String, String> options = new LinkedHashMap<>();

  /**
   * Reads a command line.
   *
   * @param known the options that exist
   * @throws IllegalArgumentException if there is an unknown option, or one without a value
   */
  Arguments(String[] arguments, Set<String> known) {
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      if (!argument.startsWith("--")) {
        words.add(argument);
      } else if (!known.contains(argument.substring(2))) {
        throw new IllegalArgumentException(
            "no option " + argument + "; there are --" + String.join(", --", known));
      } else if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(argument + " needs a value");
      } else {
        options.put(argument.substring(2), arguments[++i]);
      }
    }
  }

  /** The word at a place, or a default. */
  String word(int index, String otherwise) {
    return index < words.size() ? words.get(index) : otherwise;
  }

  String text(String option, String otherwise) {
    return options.getOrDefault(option, otherwise);
  }

  /** A whole number; underscores between digits are allowed. */
  long number(String option, long otherwise) {
    String value = options.get(option);
    try {
      return value == null ? otherwise : Long.parseLong(value.replace("_", ""));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--" + option + " is a whole number, not " + value, e);
    }
  }
}
