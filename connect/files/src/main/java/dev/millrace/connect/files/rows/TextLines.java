package dev.millrace.connect.files.rows;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Lines of which each is a row: as they are, or as JSON objects. Blank ones are none. */
final class TextLines implements RowReader {
  private final LineReader lines;
  private final int maxRow;
  private final JsonKey key;
  private final boolean json;

  /**
   * Rows of lines.
   *
   * @param json true if each has to look like a JSON object; admission reads it
   */
  TextLines(LineReader lines, int maxRow, JsonKey key, boolean json) {
    this.lines = lines;
    this.maxRow = maxRow;
    this.key = key;
    this.json = json;
  }

  @Override
  public @Nullable Row next() throws IOException {
    while (lines.next()) {
      if (lines.isTooLong()) {
        return Row.bad(lines.text(), lines.number(), tooLong(maxRow));
      }
      if (!lines.isBlank()) {
        byte[] text = lines.text();
        if (json && !isObject(text)) {
          return Row.bad(text, lines.number(), "not a JSON object");
        }
        return Row.good(text, json ? key.of(text) : null, lines.number());
      }
    }
    return null;
  }

  static String tooLong(int maxRow) {
    return "longer than " + maxRow + " bytes (`max_row`)";
  }

  private static boolean isObject(byte[] text) {
    int from = 0;
    int to = text.length;
    while (from < to && text[from] <= ' ' && text[from] >= 0) {
      from++;
    }
    while (to > from && text[to - 1] <= ' ' && text[to - 1] >= 0) {
      to--;
    }
    return to - from >= 2 && text[from] == '{' && text[to - 1] == '}';
  }
}
