package dev.millrace.api.option;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values of one block of options, checked against their declarations before this exists: types
 * fit, required ones are there, defaults are filled in. Asking for an option that was not declared
 * is a programming error.
 */
public final class Options {
  private final Map<String, Option> declared = new TreeMap<>();
  private final Map<String, Object> values;

  /**
   * Wraps checked values.
   *
   * @param values by option name: String, Boolean, Long, Double, Duration (as Duration), SIZE as
   *     Long, TEXTS as List of String, STRUCTURE as nested Map, List, String, Long, Double, Boolean
   */
  public Options(List<Option> declarations, Map<String, Object> values) {
    declarations.forEach(o -> declared.put(o.name(), o));
    this.values = Map.copyOf(values);
  }

  /** The same options with these values in place of, or besides, those given. */
  public Options with(Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(values);
    all.putAll(more);
    return new Options(List.copyOf(declared.values()), all);
  }

  /** The text of a TEXT or SECRET option that is required or has a default. */
  public String text(String name) {
    return (String) value(name);
  }

  /** The text of an optional TEXT or SECRET option. */
  public Optional<String> optionalText(String name) {
    return Optional.ofNullable((String) find(name));
  }

  /** A BOOLEAN option. */
  public boolean flag(String name) {
    return (Boolean) value(name);
  }

  /** An INTEGER option, or the bytes of a SIZE option. */
  public long number(String name) {
    return ((Number) value(name)).longValue();
  }

  /** A NUMBER option. */
  public double decimal(String name) {
    return ((Number) value(name)).doubleValue();
  }

  /** A DURATION option. */
  public Duration duration(String name) {
    return (Duration) value(name);
  }

  /** An optional DURATION option. */
  public Optional<Duration> optionalDuration(String name) {
    return Optional.ofNullable((Duration) find(name));
  }

  /** A TEXTS option; empty if it was not given. */
  @SuppressWarnings("unchecked")
  public List<String> texts(String name) {
    Object value = find(name);
    return value == null ? List.of() : (List<String>) value;
  }

  /** A STRUCTURE option as nested maps, lists and scalars; empty if it was not given. */
  @SuppressWarnings("unchecked")
  public Map<String, Object> structure(String name) {
    Object value = find(name);
    return value == null ? Map.of() : (Map<String, Object>) value;
  }

  /** True if there is such an option, given or not. */
  public boolean isDeclared(String name) {
    return declared.containsKey(name);
  }

  /** True if the option was given or has a default. */
  public boolean has(String name) {
    return find(name) != null;
  }

  private Object value(String name) {
    Object value = find(name);
    if (value == null) {
      throw new IllegalStateException("option " + name + " has no value");
    }
    return value;
  }

  private @Nullable Object find(String name) {
    if (!declared.containsKey(name)) {
      throw new IllegalStateException("option " + name + " was not declared");
    }
    return values.get(name);
  }

  /** Names and values, secrets as {@code ***}. */
  @Override
  public String toString() {
    Map<String, Object> shown = new TreeMap<>(values);
    shown.replaceAll(
        (name, value) -> {
          Option option = declared.get(name);
          return option != null && option.type() == OptionType.SECRET ? "***" : value;
        });
    return shown.toString();
  }
}
