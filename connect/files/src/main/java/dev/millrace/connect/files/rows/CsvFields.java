package dev.millrace.connect.files.rows;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Finds the fields of rows, and passes over comments. After {@link #next} the fields of one row
 * stand in {@link #bytes}, until the next call.
 */
final class CsvFields {
  private final CsvDialect dialect;
  private final ByteWindow window;

  // Relative to the window's start, which moves when more bytes come.
  private int[] begins = new int[16];
  private int[] ends = new int[16];
  private boolean[] quoted = new boolean[16];
  private int count;
  private int length;
  private int textEnd;
  private int newlines;
  private long line;

  /** What {@link #next} found. */
  enum Outcome {
    /** Fields. */
    ROW,
    /** A quote that is not closed, up to the end of the file or the longest row. */
    OPEN_QUOTE,
    /** Something between a closing quote and the delimiter. */
    TEXT_BEHIND_QUOTE,
    /** More bytes than a row may have. */
    TOO_LONG,
    /** Nothing more. */
    END
  }

  CsvFields(InputStream in, CsvDialect dialect, int maxRow) {
    this.dialect = dialect;
    this.window = new ByteWindow(in, maxRow);
  }

  /** Passes over the row found last and looks for the next one. */
  Outcome next() throws IOException {
    pass();
    while (dialect.comment() != 0 && hasByte(0) && first() == dialect.comment()) {
      leaveAfterFirstLine();
      pass();
    }
    return row();
  }

  private void pass() {
    window.start += length;
    line += newlines;
    length = 0;
    newlines = 0;
  }

  /** Passes over only the first line of what was found last. */
  void leaveAfterFirstLine() throws IOException {
    int p = 0;
    while (true) {
      while (window.start + p < window.end) {
        if (window.bytes[window.start + p++] == '\n') {
          length = p;
          newlines = 1;
          return;
        }
      }
      // The first line alone may be longer than a row can be.
      window.start += p;
      p = 0;
      if (!window.more()) {
        length = 0;
        newlines = 0;
        return;
      }
    }
  }

  /** The byte at a place of the row; -1 behind the end of the stream or of the longest row. */
  private int at(int place) throws IOException {
    while (window.start + place >= window.end) {
      if (!window.more()) {
        return -1;
      }
    }
    return window.bytes[window.start + place];
  }

  private boolean hasByte(int place) throws IOException {
    return window.start + place < window.end
        || at(place) != -1
        || window.start + place < window.end;
  }

  private Outcome row() throws IOException {
    count = 0;
    newlines = 0;
    length = 0;
    textEnd = 0;
    if (!hasByte(0)) {
      return Outcome.END;
    }
    int p = 0;
    while (true) {
      boolean isQuoted =
          dialect.quote() != 0 && hasByte(p) && window.bytes[window.start + p] == dialect.quote();
      int begin = isQuoted ? p + 1 : p;
      int end = isQuoted ? closingQuote(begin) : -1;
      if (isQuoted && end < 0) {
        length = window.end - window.start;
        textEnd = length;
        return Outcome.OPEN_QUOTE;
      }
      int stop = fieldEnd(isQuoted ? end + 1 : p);
      boolean last = !hasByte(stop) || window.bytes[window.start + stop] == '\n';
      if (last && !window.isEnded() && !hasByte(stop)) {
        length = stop;
        textEnd = stop;
        return Outcome.TOO_LONG;
      }
      int text =
          last && stop > p && window.bytes[window.start + stop - 1] == '\r' ? stop - 1 : stop;
      if (isQuoted && text != end + 1) {
        finish(stop, text, last);
        return Outcome.TEXT_BEHIND_QUOTE;
      }
      add(begin, isQuoted ? end : text, isQuoted);
      if (last) {
        finish(stop, text, true);
        return Outcome.ROW;
      }
      p = stop + 1;
    }
  }

  private void finish(int stop, int text, boolean last) throws IOException {
    textEnd = text;
    length = stop;
    if (last && hasByte(stop)) {
      length++;
      newlines++;
    }
  }

  /** The place of the delimiter or newline behind a field; that behind the last byte at the end. */
  private int fieldEnd(int from) throws IOException {
    int p = from;
    byte delimiter = dialect.delimiter();
    while (true) {
      byte[] b = window.bytes;
      int i = window.start + p;
      int end = window.end;
      while (i < end && b[i] != delimiter && b[i] != '\n') {
        i++;
      }
      p = i - window.start;
      if (i < end || !window.more()) {
        return p;
      }
    }
  }

  /** The place of the quote that closes a field; -1 if there is none. */
  private int closingQuote(int from) throws IOException {
    int p = from;
    while (hasByte(p)) {
      byte b = window.bytes[window.start + p];
      if (b == '\n') {
        newlines++;
      } else if (dialect.escape() != 0 && b == dialect.escape() && b != dialect.quote()) {
        p++;
      } else if (b == dialect.quote()) {
        boolean doubled = hasByte(p + 1) && window.bytes[window.start + p + 1] == dialect.quote();
        if (!doubled) {
          return p;
        }
        p++;
      }
      p++;
    }
    return -1;
  }

  private void add(int begin, int end, boolean isQuoted) {
    if (count == begins.length) {
      begins = Arrays.copyOf(begins, count * 2);
      ends = Arrays.copyOf(ends, count * 2);
      quoted = Arrays.copyOf(quoted, count * 2);
    }
    begins[count] = begin;
    ends[count] = end;
    quoted[count] = isQuoted;
    count++;
  }

  /** How many fields the row has. */
  int count() {
    return count;
  }

  /** The number of the line that the row begins in, from 1. */
  long line() {
    return line + 1;
  }

  /** True if a field of the row goes over several lines. */
  boolean isOverLines() {
    int own = length > 0 && window.bytes[window.start + length - 1] == '\n' ? 1 : 0;
    return newlines > own;
  }

  /** True if nothing but blanks is in the row. */
  boolean isBlank() {
    if (count != 1 || quoted[0]) {
      return false;
    }
    for (int p = begin(0); p < end(0); p++) {
      if (window.bytes[p] != ' ' && window.bytes[p] != '\t') {
        return false;
      }
    }
    return true;
  }

  private byte first() {
    return window.bytes[window.start];
  }

  boolean isQuoted(int field) {
    return quoted[field];
  }

  byte[] bytes() {
    return window.bytes;
  }

  int begin(int field) {
    return window.start + begins[field];
  }

  int end(int field) {
    return window.start + ends[field];
  }

  /** The row as it stands in the file, at most so many bytes of it. */
  byte[] raw(int most) {
    return window.copy(window.start, window.start + Math.min(textEnd, most));
  }

  /** The first line of the row as it stands in the file, at most so many bytes of it. */
  byte[] rawFirstLine(int most) {
    int p = window.start;
    while (p < window.end && p - window.start < most && window.bytes[p] != '\n') {
      p++;
    }
    return window.copy(window.start, p);
  }
}
