package dev.millrace.dbt.select;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Patterns with {@code *}, {@code ?} and {@code [abc]}, as Python's fnmatch and glob read them. */
final class Wildcard {
  private Wildcard() {}

  static boolean isWildcard(String text) {
    return text.contains("*") || text.contains("?") || text.contains("[") || text.contains("]");
  }

  /** True if the whole text fits; {@code *} is any text, slashes too. */
  static boolean matches(String text, String pattern) {
    return isWildcard(pattern)
        ? Pattern.compile(regex(pattern), Pattern.DOTALL).matcher(text).matches()
        : text.equals(pattern);
  }

  private static String regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      int close = c == '[' ? pattern.indexOf(']', Math.min(pattern.length(), i + 2)) : -1;
      if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else if (close > 0) {
        String inside = pattern.substring(i + 1, close).replace("\\", "\\\\").replace("[", "\\[");
        regex.append('[').append(inside.startsWith("!") ? "^" + inside.substring(1) : inside);
        regex.append(']');
        i = close;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return regex.toString();
  }

  /** True if a path fits a pattern part by part; {@code **} is any number of folders. */
  static boolean matchesPath(String path, String pattern) {
    return fits(parts(path), parts(pattern));
  }

  private static List<String> parts(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/")) {
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return parts;
  }

  private static boolean fits(List<String> path, List<String> pattern) {
    if (pattern.isEmpty()) {
      return path.isEmpty();
    }
    List<String> rest = pattern.subList(1, pattern.size());
    if (pattern.get(0).equals("**")) {
      for (int i = 0; i <= path.size(); i++) {
        if (fits(path.subList(i, path.size()), rest)) {
          return true;
        }
      }
      return false;
    }
    return !path.isEmpty()
        && matches(path.get(0), pattern.get(0))
        && fits(path.subList(1, path.size()), rest);
  }
}
