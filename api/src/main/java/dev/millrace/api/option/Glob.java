package dev.millrace.api.option;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Patterns of paths: {@code *} and {@code ?} within a name, {@code [abc]}, {@code [!abc]}, {@code
 * {a,b}}, and {@code **} as a whole name for any number of folders, also none. Immutable.
 */
public final class Glob {
  private static final String ANY_DEPTH = "**";

  /** The names on the way, as expressions; {@link #ANY_DEPTH} for any number of them. */
  private final List<String> parts = new ArrayList<>();

  private final List<Pattern> names = new ArrayList<>();
  private final String regex;
  private final Pattern whole;

  /**
   * Compiles a pattern.
   *
   * @throws IllegalArgumentException if it is none
   */
  public Glob(String pattern) {
    for (String part : pattern.split("/")) {
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part.equals(ANY_DEPTH) ? ANY_DEPTH : name(part));
      }
    }
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("an empty pattern");
    }
    parts.forEach(part -> names.add(Pattern.compile(part.equals(ANY_DEPTH) ? "" : part)));
    regex = path();
    whole = Pattern.compile(regex, Pattern.DOTALL);
  }

  /** True if the text has a sign in it that means more than itself. */
  public static boolean isPattern(String text) {
    return text.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  private String path() {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      boolean last = i == parts.size() - 1;
      if (parts.get(i).equals(ANY_DEPTH)) {
        path.append(last ? ".+" : "(?:.*/)?");
      } else {
        path.append(parts.get(i)).append(last ? "" : "/");
      }
    }
    return path.toString();
  }

  private static String name(String part) {
    StringBuilder regex = new StringBuilder();
    boolean inBraces = false;
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      switch (c) {
        case '*' -> regex.append("[^/]*");
        case '?' -> regex.append("[^/]");
        case '[' -> {
          int end = part.indexOf(']', i + 2);
          if (end < 0) {
            throw new IllegalArgumentException("`[` without `]`");
          }
          regex.append(oneOf(part.substring(i + 1, end)));
          i = end;
        }
        case '{' -> {
          if (inBraces) {
            throw new IllegalArgumentException("`{` within `{`");
          }
          inBraces = true;
          regex.append("(?:");
        }
        case '}' -> {
          regex.append(inBraces ? ")" : "\\}");
          inBraces = false;
        }
        case ',' -> regex.append(inBraces ? "|" : ",");
        default -> {
          boolean plain = Character.isLetterOrDigit(c) || c > '~' || c < ' ';
          regex.append(plain ? "" : "\\").append(c);
        }
      }
    }
    if (inBraces) {
      throw new IllegalArgumentException("`{` without `}`");
    }
    return regex.toString();
  }

  private static String oneOf(String letters) {
    String escaped = letters.replace("\\", "\\\\").replace("[", "\\[").replace("&", "\\&");
    return escaped.startsWith("!") ? "[^/" + escaped.substring(1) + "]" : "[" + escaped + "]";
  }

  /** True if the path is one that the pattern means. */
  public boolean matches(String path) {
    return whole.matcher(path).matches();
  }

  /** The same as a regular expression for a whole path, of Java and of RE2, where dot is any. */
  public String regex() {
    return regex;
  }

  /** True if something below the folder may match; the root is the empty path. */
  public boolean mayMatchBelow(String folder) {
    String[] way = folder.isEmpty() ? new String[0] : folder.split("/");
    for (int i = 0; i < way.length; i++) {
      if (parts.get(i).equals(ANY_DEPTH)) {
        return true;
      }
      if (i == parts.size() - 1 || !names.get(i).matcher(way[i]).matches()) {
        return false;
      }
    }
    return true;
  }
}
