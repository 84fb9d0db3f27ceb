package dev.millrace.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Wraps lines as Python's {@code textwrap} does, keeping white space as it is. */
final class TextWrap {
  private static final String WORD = "[\\p{L}\\p{N}_!\"'&.,?]";
  private static final String LETTER = "[\\p{L}_]";
  private static final Pattern HYPHENS =
      Pattern.compile(
          "[\\t\\n\\x0b\\f\\r ]+|(?<="
              + WORD
              + ")-{2,}(?=[\\p{L}\\p{N}_])|[^\\t\\n\\x0b\\f\\r ](?:[^\\t\\n\\x0b\\f\\r ])*?"
              + "(?:-(?:(?<="
              + LETTER
              + "{2}-)|(?<="
              + LETTER
              + "-"
              + LETTER
              + "-))(?="
              + LETTER
              + "-?"
              + LETTER
              + ")|(?=[\\t\\n\\x0b\\f\\r ]|\\z)|(?<="
              + WORD
              + ")(?=-{2,}[\\p{L}\\p{N}_]))");
  private static final Pattern SPACES = Pattern.compile("[^\\s]+|\\s+");

  private final int width;
  private final boolean breakLongWords;
  private final Pattern chunks;

  TextWrap(int width, boolean breakLongWords, boolean breakOnHyphens) {
    this.width = width;
    this.breakLongWords = breakLongWords;
    this.chunks = breakOnHyphens ? HYPHENS : SPACES;
  }

  List<String> wrap(String line) {
    Deque<String> rest = new ArrayDeque<>();
    Matcher matcher = chunks.matcher(line);
    while (matcher.find()) {
      rest.add(matcher.group());
    }
    List<String> lines = new ArrayList<>();
    while (!rest.isEmpty()) {
      List<String> current = new ArrayList<>();
      int length = 0;
      if (!lines.isEmpty() && rest.getFirst().isBlank()) {
        rest.removeFirst();
      }
      while (!rest.isEmpty() && length + rest.getFirst().length() <= width) {
        length += rest.getFirst().length();
        current.add(rest.removeFirst());
      }
      if (!rest.isEmpty() && rest.getFirst().length() > width) {
        breakWord(rest, current, length);
      }
      if (!current.isEmpty() && current.get(current.size() - 1).isBlank()) {
        current.remove(current.size() - 1);
      }
      if (!current.isEmpty()) {
        lines.add(String.join("", current));
      }
    }
    return lines;
  }

  private void breakWord(Deque<String> rest, List<String> current, int length) {
    int room = Math.max(1, width - length);
    String word = rest.removeFirst();
    if (breakLongWords) {
      int end = Math.min(word.length(), room);
      if (chunks == HYPHENS && word.length() > room) {
        int hyphen = word.lastIndexOf('-', room - 1);
        boolean inside = hyphen > 0 && word.substring(0, hyphen).chars().anyMatch(c -> c != '-');
        end = inside ? hyphen + 1 : end;
      }
      current.add(word.substring(0, end));
      if (end < word.length()) {
        rest.addFirst(word.substring(end));
      }
    } else if (current.isEmpty()) {
      current.add(word);
    } else {
      rest.addFirst(word);
    }
  }
}
