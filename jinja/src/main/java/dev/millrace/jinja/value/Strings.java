package dev.millrace.jinja.value;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's operations on text where Java's differ. */
public final class Strings {
  private Strings() {}

  public static boolean isSpace(int c) {
    return c == ' '
        || (c >= 0x09 && c <= 0x0d)
        || (c >= 0x1c && c <= 0x1f)
        || c == 0x85
        || (c > 0x7f && Character.isSpaceChar(c));
  }

  static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  static boolean isSuperscript(int c) {
    return c == 0xb2 || c == 0xb3 || c == 0xb9 || (c >= 0x2070 && c <= 0x2089 && c != 0x2071);
  }

  static boolean isIdentifier(String text) {
    return !text.isEmpty()
        && (text.charAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
        && text.codePoints().allMatch(c -> c == '_' || Character.isUnicodeIdentifierPart(c));
  }

  /** {@code isupper()} or {@code islower()}: some letter has a case, and none the other. */
  public static boolean isCase(String text, boolean upper) {
    boolean some = text.codePoints().anyMatch(c -> upper ? isUpper(c) : isLower(c));
    return some && text.codePoints().noneMatch(c -> upper ? isLower(c) : isUpper(c));
  }

  private static boolean isUpper(int c) {
    return Character.isUpperCase(c) || Character.isTitleCase(c);
  }

  private static boolean isLower(int c) {
    return Character.isLowerCase(c);
  }

  public static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int end = text.offsetByCodePoints(0, 1);
    return Character.toString(Character.toTitleCase(text.codePointAt(0)))
        + text.substring(end).toLowerCase(java.util.Locale.ROOT);
  }

  static String title(String text) {
    StringBuilder out = new StringBuilder();
    boolean inside = false;
    for (int c : text.codePoints().toArray()) {
      out.appendCodePoint(inside ? Character.toLowerCase(c) : Character.toTitleCase(c));
      inside = isUpper(c) || isLower(c);
    }
    return out.toString();
  }

  static String swapCase(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .map(c -> isUpper(c) ? Character.toLowerCase(c) : Character.toUpperCase(c))
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  /** Strips white space, or the characters of {@code chars}. */
  public static String strip(String text, @Nullable String chars, boolean left, boolean right) {
    int start = 0;
    int end = text.length();
    while (left && start < end && strips(text.codePointAt(start), chars)) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && strips(text.codePointBefore(end), chars)) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  private static boolean strips(int c, @Nullable String chars) {
    return chars == null ? isSpace(c) : chars.indexOf(c) >= 0;
  }

  /** Replaces the first {@code count} occurrences, or all when it is negative. */
  public static String replace(String text, String old, String replacement, int count) {
    if (count < 0) {
      return text.replace(old, replacement);
    }
    if (old.isEmpty()) {
      return between(text, replacement, count);
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    int left = count;
    for (int at = text.indexOf(old); at >= 0 && left > 0; at = text.indexOf(old, from)) {
      out.append(text, from, at).append(replacement);
      from = at + old.length();
      left--;
    }
    return out.append(text.substring(from)).toString();
  }

  /** Puts {@code replacement} before each of the first characters, and after the last. */
  private static String between(String text, String replacement, int count) {
    StringBuilder out = new StringBuilder();
    int left = count;
    for (int c : text.codePoints().toArray()) {
      out.append(left-- > 0 ? replacement : "").appendCodePoint(c);
    }
    return out.append(left > 0 ? replacement : "").toString();
  }

  static int count(String text, String part) {
    if (part.isEmpty()) {
      return CodePoints.length(text) + 1;
    }
    int count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }

  /** {@code align} is one of {@code < ^ >}, and {@code *} for the way Python centers a str. */
  static String pad(String text, int width, String fill, char align) {
    int missing = width - CodePoints.length(text);
    if (missing <= 0) {
      return text;
    }
    int left =
        switch (align) {
          case '<' -> 0;
          case '>' -> missing;
          case '=' -> missing / 2;
          default -> missing / 2 + (missing & width & 1);
        };
    return fill.repeat(left) + text + fill.repeat(missing - left);
  }

  static String expandTabs(String text, int size) {
    StringBuilder out = new StringBuilder();
    int column = 0;
    for (int c : text.codePoints().toArray()) {
      if (c == '\t') {
        int spaces = size <= 0 ? 0 : size - column % size;
        out.append(" ".repeat(spaces));
        column += spaces;
      } else {
        out.appendCodePoint(c);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
      }
    }
    return out.toString();
  }

  public static List<String> split(String text, @Nullable String separator, int limit) {
    if (separator == null) {
      return words(text, limit);
    }
    requireSeparator(separator);
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(separator);
        at >= 0 && (limit < 0 || parts.size() < limit);
        at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }

  private static void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw PythonError.value("empty separator");
    }
  }

  private static List<String> words(String text, int limit) {
    List<String> parts = new ArrayList<>();
    String rest = strip(text, null, true, false);
    while (!rest.isEmpty()) {
      if (limit >= 0 && parts.size() == limit) {
        parts.add(strip(rest, null, false, true));
        break;
      }
      int end = 0;
      while (end < rest.length() && !isSpace(rest.charAt(end))) {
        end++;
      }
      parts.add(rest.substring(0, end));
      rest = strip(rest.substring(end), null, true, false);
    }
    return parts;
  }

  static List<String> rsplit(String text, @Nullable String separator, int limit) {
    if (limit < 0) {
      return split(text, separator, -1);
    }
    String mirrored = new StringBuilder(text).reverse().toString();
    String by = separator == null ? null : new StringBuilder(separator).reverse().toString();
    List<String> parts = new ArrayList<>();
    for (String part : split(mirrored, by, limit)) {
      parts.add(new StringBuilder(part).reverse().toString());
    }
    Collections.reverse(parts);
    return parts;
  }

  public static List<String> splitLines(String text, boolean keepEnds) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (!isLineEnd(c)) {
        i++;
        continue;
      }
      int next = c == '\r' && text.startsWith("\n", i + 1) ? i + 2 : i + 1;
      lines.add(text.substring(from, keepEnds ? next : i));
      from = next;
      i = next;
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }
}
