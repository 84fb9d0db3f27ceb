package dev.millrace.testing;

import dev.millrace.api.option.Option;
import dev.millrace.api.option.Options;
import dev.millrace.api.option.Quantities;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Options as a project gives them to a connector, from their texts. */
public final class OptionValues {
  private OptionValues() {}

  /**
   * Reads texts as the declarations say, and fills in defaults.
   *
   * @param texts by option name
   * @throws IllegalArgumentException if a text is none of its type, an option is not declared, or a
   *     required one is missing
   */
  public static Options of(List<Option> declarations, Map<String, String> texts) {
    Map<String, String> left = new HashMap<>(texts);
    Map<String, Object> values = new HashMap<>();
    for (Option option : declarations) {
      String given = left.remove(option.name());
      String text = given != null ? given : option.defaultText();
      if (text != null) {
        values.put(option.name(), value(option, text));
      } else if (option.required()) {
        throw new IllegalArgumentException("option " + option.name() + " is required");
      }
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException("not declared: " + left.keySet());
    }
    return new Options(declarations, values);
  }

  private static Object value(Option option, String text) {
    return switch (option.type()) {
      case TEXT, SECRET -> text;
      case BOOLEAN -> Boolean.valueOf(text);
      case INTEGER -> Long.valueOf(text.replace("_", ""));
      case NUMBER -> Double.valueOf(text);
      case DURATION -> Quantities.duration(text).orElseThrow();
      case SIZE -> Quantities.bytes(text).orElseThrow();
      case TEXTS -> List.of(text.split(","));
      case STRUCTURE -> throw new IllegalArgumentException(option.name() + " has no text form");
    };
  }
}
