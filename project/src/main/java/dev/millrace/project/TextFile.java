package dev.millrace.project;

import dev.millrace.api.error.SourceLocation;
import java.util.Arrays;

/**
 * A text file of the project that turns offsets into places.
 *
 * @param path relative to the project folder, with {@code /}
 * @param text without a byte order mark
 */
public record TextFile(String path, String text) {

  /**
   * The place of a stretch, cut at the end of its first line.
   *
   * @param offset in UTF-16 code units from 0; one outside the text is moved to its nearest end
   * @param length of the stretch, 0 if unknown
   */
  public SourceLocation at(int offset, int length) {
    int start = Math.max(0, Math.min(offset, text.length()));
    int lineStart = text.lastIndexOf('\n', start - 1) + 1;
    int line = 1;
    for (int i = 0; i < lineStart; i++) {
      if (text.charAt(i) == '\n') {
        line++;
      }
    }
    int end = start;
    int limit = Math.min(text.length(), start + Math.max(0, length));
    while (end < limit && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
      end++;
    }
    return new SourceLocation(path, line, start - lineStart + 1, end - start);
  }

  /** The offset of a line and column, both from 1; the text's end if there is no such place. */
  public int offset(int line, int column) {
    int start = 0;
    for (int i = 1; i < line; i++) {
      int end = text.indexOf('\n', start);
      if (end < 0) {
        return text.length();
      }
      start = end + 1;
    }
    return Math.min(text.length(), start + Math.max(0, column - 1));
  }

  /** The line of that number, from 1, without its end; empty if there is none. */
  public String line(int number) {
    return Arrays.stream(text.split("\n", -1))
        .skip(number - 1L)
        .findFirst()
        .map(l -> l.endsWith("\r") ? l.substring(0, l.length() - 1) : l)
        .orElse("");
  }
}
