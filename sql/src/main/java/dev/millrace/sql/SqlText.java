package dev.millrace.sql;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An SQL text after some stretches of it were replaced, which still knows where each place came
 * from.
 */
public final class SqlText {
  /** One replaced stretch: {@code [start, end)} of the original is {@code text} now. */
  record Splice(int start, int end, String text) {}

  private final String original;
  private final String text;
  private final List<Splice> splices;

  private SqlText(String original, String text, List<Splice> splices) {
    this.original = original;
    this.text = text;
    this.splices = splices;
  }

  /**
   * Applies replacements.
   *
   * @param splices in the order of the text, not overlapping
   */
  static SqlText of(String original, List<Splice> splices) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    for (Splice splice : splices) {
      text.append(original, at, splice.start).append(splice.text);
      at = splice.end;
    }
    text.append(original, at, original.length());
    return new SqlText(original, text.toString(), new ArrayList<>(splices));
  }

  /** The text after the replacements. */
  public String text() {
    return text;
  }

  /** The place of the first word in the original; 0 if it has none. */
  int start() {
    SqlScanner.Token first = new SqlScanner(original, 0).next();
    return first.kind() == SqlScanner.Kind.END ? 0 : first.start();
  }

  /**
   * The place in the original, in UTF-16 code units, for a place in the UTF-8 bytes of the replaced
   * text, as DuckDB counts; a place inside a replacement is the start of what it replaced.
   */
  int locate(long byteOffset) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int end = (int) Math.max(0, Math.min(byteOffset, bytes.length));
    return original(new String(bytes, 0, end, StandardCharsets.UTF_8).length());
  }

  /**
   * The place in the original for a place in the text, both in UTF-16 code units; a place inside a
   * replacement is the start of what it replaced.
   */
  public int original(int at) {
    int shift = 0;
    for (Splice splice : splices) {
      int start = splice.start + shift;
      if (at < start) {
        break;
      }
      if (at < start + splice.text.length()) {
        return splice.start;
      }
      shift += splice.text.length() - (splice.end - splice.start);
    }
    return Math.min(original.length(), Math.max(0, at - shift));
  }
}
