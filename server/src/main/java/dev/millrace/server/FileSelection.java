package dev.millrace.server;

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
              .filter(FileSelection::isPattern)
              .map(FileSelection::regex)
              .map(r -> " OR regexp_full_match(path, " + Identifier.literal(r) + ", 's')")
              .collect(Collectors.joining());
      all.add("(path IN (" + literals(paths) + ")" + patterns + ")");
    }
    return all.isEmpty() ? "true" : String.join(" AND ", all);
  }

  private static String literals(List<String> texts) {
    return texts.stream().map(Identifier::literal).collect(Collectors.joining(", "));
  }

  static boolean isPattern(String path) {
    return path.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  /** The pattern as a regular expression of RE2, which DuckDB has. */
  static String regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    String[] names = pattern.split("/");
    for (int i = 0; i < names.length; i++) {
      boolean last = i == names.length - 1;
      if (names[i].equals("**")) {
        regex.append(last ? ".*" : "(?:.*/)?");
      } else {
        name(names[i], regex);
        regex.append(last ? "" : "/");
      }
    }
    return regex.toString();
  }

  private static void name(String name, StringBuilder regex) {
    boolean inBraces = false;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      int end = c == '[' ? name.indexOf(']', i + 2) : c == '{' ? name.indexOf('}', i + 1) : -1;
      if (c == '*') {
        regex.append("[^/]*");
      } else if (c == '?') {
        regex.append("[^/]");
      } else if (c == '[' && end > 0) {
        String inside = name.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
        regex.append('[').append(inside.startsWith("!") ? "^/" + inside.substring(1) : inside);
        regex.append(']');
        i = end;
      } else if (c == '{' && end > 0) {
        regex.append("(?:");
        inBraces = true;
      } else if (inBraces && (c == ',' || c == '}')) {
        regex.append(c == ',' ? "|" : ")");
        inBraces = c == ',';
      } else {
        boolean plain = Character.isLetterOrDigit(c) || c > '~' || c < ' ';
        regex.append(plain ? "" : "\\").append(c);
      }
    }
  }
}
