package dev.millrace.connect.files;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Patterns of paths: {@code *} and {@code ?} within a name, {@code [abc]}, {@code {a,b}}, and
 * {@code **} as a whole name for any number of folders, also none.
 */
final class Glob {
  private final List<Pattern> parts = new ArrayList<>();
  private final List<Boolean> anyDepth = new ArrayList<>();

  /**
   * Compiles a pattern.
   *
   * @throws IllegalArgumentException if it is none
   */
  Glob(String pattern) {
    for (String part : pattern.split("/")) {
      if (!part.isEmpty() && !part.equals(".")) {
        anyDepth.add(part.equals("**"));
        parts.add(Pattern.compile(regex(part)));
      }
    }
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("an empty pattern");
    }
  }

  private static String regex(String part) {
    StringBuilder regex = new StringBuilder();
    boolean inBraces = false;
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        case '[' -> {
          int end = part.indexOf(']', i + 2);
          if (end < 0) {
            throw new IllegalArgumentException("`[` without `]`");
          }
          String inside = part.substring(i + 1, end).replace("\\", "\\\\").replace("&&", "&\\&");
          regex.append('[').append(inside.startsWith("!") ? "^" + inside.substring(1) : inside);
          regex.append(']');
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
        default -> regex.append(Pattern.quote(Character.toString(c)));
      }
    }
    if (inBraces) {
      throw new IllegalArgumentException("`{` without `}`");
    }
    return regex.toString();
  }

  /** True if the path is one that the pattern means. */
  boolean matches(String path) {
    return matches(path.split("/"), 0, 0, false);
  }

  /** True if something below the folder may match. */
  boolean mayMatchBelow(String folder) {
    return folder.isEmpty() || matches(folder.split("/"), 0, 0, true);
  }

  private boolean matches(String[] names, int name, int part, boolean prefix) {
    if (part == parts.size()) {
      return name == names.length && !prefix;
    }
    if (anyDepth.get(part)) {
      if (prefix && name <= names.length) {
        return true;
      }
      if (part == parts.size() - 1) {
        // `a/**` means everything below a, not a itself.
        return name < names.length;
      }
      for (int skipped = name; skipped <= names.length; skipped++) {
        if (matches(names, skipped, part + 1, false)) {
          return true;
        }
      }
      return false;
    }
    if (name == names.length) {
      return prefix;
    }
    return parts.get(part).matcher(names[name]).matches()
        && matches(names, name + 1, part + 1, prefix);
  }
}
