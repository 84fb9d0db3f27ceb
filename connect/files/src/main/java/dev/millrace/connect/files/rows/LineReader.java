package dev.millrace.connect.files.rows;

import java.io.IOException;
import java.io.InputStream;

/** Lines of a text whose newline is one byte, as in UTF-8. */
final class LineReader {
  private static final int SHOWN = 1_000;

  private final ByteWindow window;
  private long line;
  private int from;
  private int to;
  private boolean tooLong;
  private byte[] beginning = {};

  /**
   * Lines of a stream.
   *
   * @param maxLine bytes of the longest line
   */
  LineReader(InputStream in, int maxLine) {
    this.window = new ByteWindow(in, maxLine);
  }

  /** Goes to the next line; false at the end. A newline at the very end begins no line. */
  boolean next() throws IOException {
    int p = window.start;
    while (true) {
      byte[] bytes = window.bytes;
      while (p < window.end && bytes[p] != '\n') {
        p++;
      }
      if (p < window.end) {
        take(p, p + 1);
        return true;
      }
      int scanned = p - window.start;
      if (!window.more()) {
        break;
      }
      p = window.start + scanned;
    }
    if (window.start == window.end) {
      return false;
    }
    if (window.isEnded()) {
      take(window.end, window.end);
      return true;
    }
    takeTooLong();
    return true;
  }

  private void take(int end, int next) {
    from = window.start;
    to = end > from && window.bytes[end - 1] == '\r' ? end - 1 : end;
    window.start = next;
    line++;
    tooLong = false;
  }

  /** Passes over the rest of a line that does not fit, and shows its beginning. */
  private void takeTooLong() throws IOException {
    byte[] shown = window.copy(window.start, Math.min(window.end, window.start + SHOWN));
    while (true) {
      int p = window.start;
      while (p < window.end && window.bytes[p] != '\n') {
        p++;
      }
      if (p < window.end) {
        window.start = p + 1;
        break;
      }
      window.start = window.end;
      if (!window.more()) {
        break;
      }
    }
    line++;
    tooLong = true;
    beginning = shown;
  }

  /** The number of the line, from 1. */
  long number() {
    return line;
  }

  /** True if the line is longer than allowed; its text is then only its beginning. */
  boolean isTooLong() {
    return tooLong;
  }

  /** True if nothing but blanks is in it. */
  boolean isBlank() {
    if (tooLong) {
      return false;
    }
    for (int p = from; p < to; p++) {
      if (window.bytes[p] > ' ' || window.bytes[p] < 0) {
        return false;
      }
    }
    return true;
  }

  /** The line without its end. */
  byte[] text() {
    return tooLong ? beginning : window.copy(from, to);
  }
}
