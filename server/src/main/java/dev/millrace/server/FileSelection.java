package dev.millrace.server;

import dev.millrace.api.option.Glob;
import dev.millrace.api.type.Identifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which rows of {@code system.files} are meant.
 *
 * @param source only files of this source; empty for all
 * @param paths only files with one of these paths, or whose path matches one of these patterns:
 *     {@code *}, {@code ?}, {@code [abc]} and {@code {a,b}} within a name, {@code **} as a whole
 *     name for any number of folders; empty for all
 * @param states only files in one of these; empty for all
 */
public record FileSelection(Optional<String> source, List<String> paths, List<String> states) {
  /** Copies the lists. */
  public FileSelection {
    paths = List.copyOf(paths);
    states = List.copyOf(states);
  }

  /** A condition on the columns of {@code system.files}. */
  String condition() {
    List<String> all = new ArrayList<>();
    source.ifPresent(s -> all.add("source = " + Identifier.literal(s)));
    if (!states.isEmpty()) {
      all.add("state IN (" + literals(states) + ")");
    }
    if (!paths.isEmpty()) {
      String patterns =
          paths.stream()
              .flatMap(p -> regex(p).stream())
              .map(r -> " OR regexp_full_match(path, " + Identifier.literal(r) + ", 's')")
              .collect(Collectors.joining());
      all.add("(path IN (" + literals(paths) + ")" + patterns + ")");
    }
    return all.isEmpty() ? "true" : String.join(" AND ", all);
  }

  private static String literals(List<String> texts) {
    return texts.stream().map(Identifier::literal).collect(Collectors.joining(", "));
  }

  /** Of a text that looks like a pattern and is none only the path of that name is meant. */
  private static Optional<String> regex(String path) {
    if (!Glob.isPattern(path)) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Glob(path).regex());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
