package dev.millrace.connect.files.rows;

import dev.millrace.connect.files.unpack.BadContentException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The elements of one JSON array, each cut out as it stands in the file. */
final class JsonArray implements RowReader {
  private final ByteWindow window;
  private final int maxRow;
  private final JsonKey key;
  private long line = 1;
  private boolean begun;
  private boolean ended;

  JsonArray(InputStream in, int maxRow, JsonKey key) {
    this.window = new ByteWindow(in, maxRow);
    this.maxRow = maxRow;
    this.key = key;
  }

  @Override
  public @Nullable Row next() throws IOException {
    if (ended) {
      return null;
    }
    int c = skipBlanks();
    if (!begun) {
      if (c < 0) {
        ended = true;
        return null;
      }
      if (c != '[') {
        throw bad("a JSON array begins with `[`, not `" + (char) c + "`");
      }
      window.start++;
      begun = true;
      c = skipBlanks();
      return c == ']' ? end() : element(c);
    }
    if (c == ']') {
      return end();
    }
    if (c != ',') {
      throw c < 0 ? cutOff() : bad("between elements stands `,`, not `" + (char) c + "`");
    }
    window.start++;
    return element(skipBlanks());
  }

  private @Nullable Row end() throws IOException {
    window.start++;
    ended = true;
    int c = skipBlanks();
    if (c >= 0) {
      throw bad("behind the array stands `" + (char) c + "`");
    }
    return null;
  }

  private int skipBlanks() throws IOException {
    while (true) {
      while (window.start < window.end) {
        byte b = window.bytes[window.start];
        if (b > ' ' || b < 0) {
          return b & 0xff;
        }
        if (b == '\n') {
          line++;
        }
        window.start++;
      }
      if (!window.more()) {
        return -1;
      }
    }
  }

  /** Finds the end of the element: a comma or bracket outside of texts and nested values. */
  private Row element(int first) throws IOException {
    if (first < 0) {
      throw cutOff();
    }
    long begin = line;
    int length = 0;
    int depth = 0;
    boolean closed = false;
    boolean quoted = false;
    boolean escaped = false;
    while (true) {
      while (window.start + length < window.end) {
        byte b = window.bytes[window.start + length];
        if (quoted) {
          quoted = escaped || b != '"';
          escaped = !escaped && b == '\\';
        } else if (depth == 0 && (b == ',' || b == ']')) {
          return taken(length, begin);
        } else if (closed && (b > ' ' || b < 0)) {
          throw bad("between elements stands `,`, not `" + (char) (b & 0xff) + "`");
        } else if (b == '"') {
          quoted = true;
        } else if (b == '{' || b == '[') {
          depth++;
        } else if (b == '}' || b == ']') {
          depth--;
          closed = depth == 0;
        } else if (b == '\n') {
          line++;
        }
        length++;
      }
      if (!window.more()) {
        if (window.isEnded()) {
          throw cutOff();
        }
        throw new BadContentException(
            "the element of line " + begin + " is " + TextLines.tooLong(maxRow));
      }
    }
  }

  private Row taken(int length, long begin) throws BadContentException {
    int end = window.start + length;
    while (end > window.start && window.bytes[end - 1] <= ' ' && window.bytes[end - 1] >= 0) {
      end--;
    }
    if (end == window.start) {
      throw bad("an element is missing");
    }
    byte[] value = window.copy(window.start, end);
    window.start += length;
    return value[0] == '{'
        ? Row.good(value, key.of(value), begin)
        : Row.bad(value, begin, "not a JSON object");
  }

  private BadContentException cutOff() {
    return bad("the JSON array is cut off");
  }

  private BadContentException bad(String what) {
    return new BadContentException("line " + line + ": " + what);
  }
}
