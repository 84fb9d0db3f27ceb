package dev.millrace.connect.generator;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.option.Quantities;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads one nested block of options. Every fault becomes a problem that names the key's path; the
 * reader then goes on with a default, so that all faults are found.
 */
final class Block {
  private final String path;
  private final Map<String, Object> values;
  private final SourceLocation where;
  private final Problems problems;

  Block(String path, Map<String, Object> values, SourceLocation where, Problems problems) {
    this.path = path;
    this.values = values;
    this.where = where;
    this.problems = problems;
  }

  String path() {
    return path;
  }

  Set<String> keys() {
    return values.keySet();
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  Map<String, Object> values() {
    return values;
  }

  @Nullable Object value(String key) {
    return values.get(key);
  }

  /** Reports every key that is none of these. */
  void allow(List<String> known) {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        String near = Suggestion.didYouMean(key, known);
        problems.error(
            GeneratorError.GENERATOR_UNKNOWN_KEY,
            where,
            "`" + path + "." + key + "` is not known",
            near == null ? "known here: " + String.join(", ", known) : near);
      }
    }
  }

  void bad(String key, String message, @Nullable String hint) {
    problems.error(GeneratorError.GENERATOR_BAD_VALUE, where, place(key) + " " + message, hint);
  }

  void unknownName(String key, String what, String name, List<String> known) {
    String near = Suggestion.didYouMean(name, known);
    problems.error(
        GeneratorError.GENERATOR_UNKNOWN_NAME,
        where,
        "%s: there is no %s `%s`".formatted(place(key), what, name),
        near == null ? "there are: " + String.join(", ", known) : near);
  }

  void missing(String key, String example) {
    problems.error(
        GeneratorError.GENERATOR_MISSING_KEY,
        where,
        "`" + path + "` needs `" + key + "`",
        "such as " + example);
  }

  private String place(String key) {
    return "`" + path + (key.isEmpty() ? "" : "." + key) + "`";
  }

  /** A nested block; a problem and empty if the value is none. */
  Optional<Block> block(String key) {
    Object value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> nested = new LinkedHashMap<>();
      map.forEach((k, v) -> nested.put(k.toString(), v));
      return Optional.of(new Block(path + "." + key, nested, where, problems));
    }
    bad(key, "has to be a block of keys, found `" + value + "`", null);
    return Optional.empty();
  }

  Optional<String> text(String key) {
    Object value = values.get(key);
    if (value instanceof Map || value instanceof List) {
      bad(key, "has to be a single value", null);
      return Optional.empty();
    }
    return Optional.ofNullable(value).map(Object::toString);
  }

  OptionalDouble number(String key) {
    Object value = values.get(key);
    if (value == null) {
      return OptionalDouble.empty();
    }
    try {
      double number = Double.parseDouble(value.toString().replace("_", ""));
      if (Double.isFinite(number)) {
        return OptionalDouble.of(number);
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    bad(key, "has to be a number, found `" + value + "`", null);
    return OptionalDouble.empty();
  }

  double number(String key, double otherwise) {
    return number(key).orElse(otherwise);
  }

  /** A whole number in a range. */
  OptionalLong whole(String key, long min, long max) {
    OptionalDouble number = number(key);
    if (number.isEmpty()) {
      return OptionalLong.empty();
    }
    double value = number.getAsDouble();
    if (value != Math.rint(value) || value < min || value > max) {
      bad(
          key,
          "has to be a whole number from " + min + " to " + max + ", found `" + text(value) + "`",
          null);
      return OptionalLong.empty();
    }
    return OptionalLong.of((long) value);
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** Microseconds of a duration. */
  OptionalLong micros(String key) {
    Object value = values.get(key);
    if (value == null) {
      return OptionalLong.empty();
    }
    var duration = Quantities.duration(value.toString());
    if (duration.isEmpty()) {
      bad(
          key,
          "has to be a duration, found `" + value + "`",
          "write a number with a unit, such as `3 seconds`");
      return OptionalLong.empty();
    }
    return OptionalLong.of(duration.get().toNanos() / 1000);
  }

  /** A share between 0 and 1, written {@code 2%} or {@code 0.02}. */
  OptionalDouble share(String key) {
    Object value = values.get(key);
    if (value == null) {
      return OptionalDouble.empty();
    }
    String text = value.toString().trim();
    try {
      double share =
          text.endsWith("%")
              ? Double.parseDouble(text.substring(0, text.length() - 1).trim()) / 100
              : Double.parseDouble(text);
      if (share >= 0 && share <= 1) {
        return OptionalDouble.of(share);
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    bad(
        key,
        "has to be a share between 0% and 100%, found `" + value + "`",
        "such as `2%` or `0.02`");
    return OptionalDouble.empty();
  }

  /**
   * The one key that says of which kind this block is; a problem and empty unless there is exactly
   * one.
   *
   * @param more keys that it may have besides
   */
  Optional<String> kind(List<String> kinds, List<String> more) {
    List<String> given = values.keySet().stream().filter(kinds::contains).toList();
    allow(Stream.concat(kinds.stream(), more.stream()).toList());
    if (given.size() == 1) {
      return Optional.of(given.get(0));
    }
    if (values.keySet().stream().allMatch(k -> kinds.contains(k) || more.contains(k))) {
      bad("", "needs exactly one kind", "one of: " + String.join(", ", kinds));
    }
    return Optional.empty();
  }

  /** The blocks under a key by their names, in order; empty if the value is none. */
  Map<String, Block> blocks(String key) {
    Map<String, Block> blocks = new LinkedHashMap<>();
    block(key)
        .ifPresent(
            all -> all.keys().forEach(k -> all.block(k).ifPresent(one -> blocks.put(k, one))));
    return blocks;
  }

  /** A list of texts, or one text; empty if it is not given. */
  List<String> texts(String key) {
    Object value = values.get(key);
    if (value instanceof Map) {
      bad(key, "has to be a list", null);
      return List.of();
    }
    List<?> given =
        value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
    return given.stream().map(Object::toString).toList();
  }

  /** The blocks of a list under a key, or the one block there; each is named by its place. */
  List<Block> list(String key) {
    if (!(values.get(key) instanceof List<?> list)) {
      return block(key).map(List::of).orElse(List.of());
    }
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String place = key + "[" + (i + 1) + "]";
      new Block(path, Map.of(place, list.get(i)), where, problems)
          .block(place)
          .ifPresent(blocks::add);
    }
    return blocks;
  }

  /** A shorthand {@code key: 2%} for {@code key: {share: 2%}}. */
  Optional<Block> blockOrShare(String key) {
    Object value = values.get(key);
    if (value == null || value instanceof Map) {
      return block(key);
    }
    return Optional.of(new Block(path + "." + key, Map.of("share", value), where, problems));
  }
}
