package dev.millrace.project.option;

import dev.millrace.api.error.Suggestion;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Quantities;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the text of one option, and says what is wrong with it; never repeats a secret. */
final class ScalarOption {
  private ScalarOption() {}

  /** The value as {@link dev.millrace.api.option.Options} holds it; empty if the text has none. */
  static Optional<Object> read(Option option, String text) {
    if (!option.choices().isEmpty() && !option.choices().contains(text)) {
      return Optional.empty();
    }
    return switch (option.type()) {
      case TEXT, SECRET, TEXTS, STRUCTURE -> Optional.of(text);
      case BOOLEAN -> flag(text);
      case INTEGER -> integer(text);
      case NUMBER -> number(text);
      case DURATION -> Quantities.duration(text).map(d -> d);
      case SIZE -> Quantities.bytes(text).map(b -> b);
    };
  }

  private static Optional<Object> flag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> Optional.of(true);
      case "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  private static Optional<Object> integer(String text) {
    try {
      return text.matches("[-+]?[0-9][0-9_]*")
          ? Optional.of(Long.parseLong(text.replace("_", "")))
          : Optional.empty();
    } catch (NumberFormatException tooLong) {
      return Optional.empty();
    }
  }

  private static Optional<Object> number(String text) {
    try {
      return text.matches("[-+]?[0-9.][0-9_.]*([eE][-+]?[0-9]+)?")
          ? Optional.of(Double.parseDouble(text.replace("_", "")))
          : Optional.empty();
    } catch (NumberFormatException notOne) {
      return Optional.empty();
    }
  }

  static String complaint(Option option, String text) {
    String shown = option.type() == OptionType.SECRET ? "" : ", found `" + text + "`";
    return "`" + option.name() + "` must be " + expected(option) + shown;
  }

  /** The values that fit, in words. */
  static String expected(Option option) {
    if (!option.choices().isEmpty()) {
      return "one of `" + String.join("`, `", option.choices()) + "`";
    }
    return switch (option.type()) {
      case TEXT, SECRET -> "a text";
      case BOOLEAN -> "`true` or `false`";
      case INTEGER -> "a whole number";
      case NUMBER -> "a number";
      case DURATION -> "a duration, such as `10 seconds`";
      case SIZE -> "a size, such as `64MB`";
      case TEXTS -> "a list of texts";
      case STRUCTURE -> "a block of keys";
    };
  }

  static @Nullable String hint(Option option, String text) {
    if (!option.choices().isEmpty()) {
      return Suggestion.didYouMean(text, option.choices());
    }
    String number = text.strip();
    boolean bare = number.matches("[0-9][0-9_.]*");
    return switch (option.type()) {
      case BOOLEAN ->
          switch (number.toLowerCase(Locale.ROOT)) {
            case "yes", "on", "y", "1" -> "write `true`";
            case "no", "off", "n", "0" -> "write `false`";
            default -> null;
          };
      case DURATION ->
          bare
              ? "add a unit: `" + number + " seconds`"
              : "units are `ms`, `seconds`, `minutes`, `hours`, `days`";
      case SIZE -> "units are `KB`, `MB`, `GB`, `TB`";
      case INTEGER, NUMBER -> "write digits only, such as `1000` or `1_000`";
      default -> null;
    };
  }
}
