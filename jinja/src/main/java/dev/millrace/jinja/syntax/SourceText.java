package dev.millrace.jinja.syntax;

import java.util.Arrays;

/**
 * A template's text with {@code \n} as its only line end, and the lines and columns of its offsets.
 */
public final class SourceText {
  private final String name;
  private final String text;
  private final int[] lineStarts;

  /** Takes a template as it was read; line ends become {@code \n}. */
  public SourceText(String name, String raw) {
    this.name = name;
    this.text = raw.indexOf('\r') < 0 ? raw : raw.replace("\r\n", "\n").replace('\r', '\n');
    int[] starts = new int[16];
    int count = 1;
    for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
      starts = count == starts.length ? Arrays.copyOf(starts, count * 2) : starts;
      starts[count++] = i + 1;
    }
    this.lineStarts = Arrays.copyOf(starts, count);
  }

  public String name() {
    return name;
  }

  public String text() {
    return text;
  }

  /** The line of an offset, from 1. */
  public int line(int offset) {
    int found = Arrays.binarySearch(lineStarts, offset);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** The column of an offset in its line, from 1. */
  public int column(int offset) {
    return offset - lineStarts[line(offset) - 1] + 1;
  }
}
