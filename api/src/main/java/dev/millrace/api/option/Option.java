package dev.millrace.api.option;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One option of a connector, a source, a sink or a project, declared once. Validation, error text,
 * the manual's tables and the editor's schema come from this declaration.
 *
 * @param name as written in YAML, lower case with underscores
 * @param type how its text is read
 * @param required true if there is no default and it must be given
 * @param defaultText the default as a user would write it; null if there is none
 * @param choices the allowed values; empty if any value of the type is
 * @param text one sentence for the manual
 * @param example a value as a user would write it
 */
public record Option(
    String name,
    OptionType type,
    boolean required,
    @Nullable String defaultText,
    List<String> choices,
    String text,
    String example) {
  /** Copies the list. */
  public Option {
    choices = List.copyOf(choices);
  }

  /** An option that must be given. */
  public static Option required(String name, OptionType type, String text, String example) {
    return new Option(name, type, true, null, List.of(), text, example);
  }

  /** An option that may be left out and then has no value. */
  public static Option optional(String name, OptionType type, String text, String example) {
    return new Option(name, type, false, null, List.of(), text, example);
  }

  /** An option with a default. */
  public static Option withDefault(String name, OptionType type, String defaultText, String text) {
    return new Option(name, type, false, defaultText, List.of(), text, defaultText);
  }

  /** The same option, allowing these values only. */
  public Option oneOf(String... allowed) {
    return new Option(name, type, required, defaultText, List.of(allowed), text, example);
  }
}
