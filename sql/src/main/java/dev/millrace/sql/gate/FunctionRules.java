package dev.millrace.sql.gate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.sql.JavaFunctions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which functions a query may call: a list of names that were read one by one and touch no file,
 * setting, sequence, environment or clock of the machine, and wait for nothing. A function that a
 * newer DuckDB adds is refused until somebody has put it on the list.
 */
final class FunctionRules {
  /** Table functions that make rows out of their arguments. */
  static final Set<String> TABLE_FUNCTIONS =
      Set.of("range", "generate_series", "unnest", "json_each", "json_tree");

  /**
   * Functions whose result can be far larger than their arguments; DuckDB neither counts that
   * memory nor can it be interrupted while it fills it, so the size must be written in the query.
   */
  private static final Set<String> GROWING =
      Set.of("repeat", "lpad", "rpad", "list_resize", "array_resize");

  private static final Set<String> SERIES = Set.of("range", "generate_series");
  private static final Set<String> FORMATS = Set.of("printf", "format");
  private static final Pattern WIDE_FORMAT = Pattern.compile("[0-9]{4,}|\\*|\\{[^}]*\\{");
  private static final long LARGEST_STRING = 1_000;
  private static final long LARGEST_SERIES = 100_000;
  private static final Set<String> FUNCTIONS = load();

  private FunctionRules() {}

  private static Set<String> load() {
    try (InputStream in =
            Objects.requireNonNull(FunctionRules.class.getResourceAsStream("functions.txt"));
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.lines().collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every allowed name. */
  static Set<String> functions() {
    return FUNCTIONS;
  }

  /** True if an expression may call the function; those that the project brings are its own. */
  static boolean allows(String name) {
    return FUNCTIONS.contains(name.toLowerCase(Locale.ROOT)) || JavaFunctions.isKnown(name);
  }

  /** True if FROM may call the table function. */
  static boolean allowsTable(String name) {
    return TABLE_FUNCTIONS.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Why a call in an expression may make an enormous value; empty if it cannot. */
  static Optional<String> oversize(String name, JsonNode arguments) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.equals("bar") && arguments.size() < 4) {
      return Optional.empty();
    }
    if (GROWING.contains(lower) || lower.equals("bar")) {
      JsonNode size = arguments.path(lower.equals("bar") ? 3 : 1).path("expression");
      return literal(size, LARGEST_STRING)
          ? Optional.empty()
          : Optional.of("the size given to `" + lower + "` must be a number of at most 1000");
    }
    if (SERIES.contains(lower)) {
      for (JsonNode argument : arguments) {
        if (!literal(argument.path("expression"), LARGEST_SERIES)) {
          return Optional.of(
              "as an expression, `" + lower + "` takes only numbers of at most 100000");
        }
      }
      return Optional.empty();
    }
    if (FORMATS.contains(lower)) {
      JsonNode format = arguments.path(0).path("expression").path("literal");
      return format.path("kind").asText().equals("STRING")
              && !WIDE_FORMAT.matcher(format.path("text").asText()).find()
          ? Optional.empty()
          : Optional.of(
              "the format of `" + lower + "` must be a literal with widths of at most 999");
    }
    return Optional.empty();
  }

  private static boolean literal(JsonNode expression, long largest) {
    if (expression.path("class").asText().equals("FUNCTION")
        && expression.path("function_name").asText().equals("-")
        && expression.path("arguments").size() == 1) {
      return literal(expression.path("arguments").path(0).path("expression"), largest);
    }
    JsonNode literal = expression.path("literal");
    String digits = literal.path("text").asText();
    return expression.path("class").asText().equals("CONSTANT")
        && literal.path("kind").asText().equals("INTEGER")
        && digits.length() <= 9
        && Long.parseLong(digits) <= largest;
  }
}
