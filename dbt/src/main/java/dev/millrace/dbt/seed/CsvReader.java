package dev.millrace.dbt.seed;

import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records of a CSV file as Python's {@code csv} module reads them: quotes are doubled within
 * quotes, a quote in the middle of a field is a character, lines end with LF, CRLF or CR.
 */
final class CsvReader {
  private final TextFile file;
  private final String text;
  private final char delimiter;
  private int at;
  private int line = 1;

  CsvReader(TextFile file, char delimiter) {
    this.file = file;
    this.text = file.text();
    this.delimiter = delimiter;
    if (text.startsWith("\uFEFF")) {
      at = 1;
    }
  }

  /** The line, from 1, on which the next record begins. */
  int line() {
    skipEmptyLines();
    return line;
  }

  private void skipEmptyLines() {
    while (at < text.length() && (text.charAt(at) == '\n' || text.charAt(at) == '\r')) {
      endLine();
    }
  }

  private void endLine() {
    if (text.startsWith("\r\n", at)) {
      at++;
    }
    at++;
    line++;
  }

  /** The fields of the next record; null at the end. */
  @Nullable List<String> record() {
    skipEmptyLines();
    if (at >= text.length()) {
      return null;
    }
    List<String> fields = new ArrayList<>();
    while (true) {
      fields.add(field());
      if (at >= text.length()) {
        return fields;
      }
      if (text.charAt(at) != delimiter) {
        endLine();
        return fields;
      }
      at++;
      if (at >= text.length()) {
        fields.add("");
        return fields;
      }
    }
  }

  private String field() {
    if (text.charAt(at) == '"') {
      return quoted();
    }
    int start = at;
    skipPlain();
    return text.substring(start, at);
  }

  private void skipPlain() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == delimiter || c == '\n' || c == '\r') {
        return;
      }
      at++;
    }
  }

  private String quoted() {
    int start = at++;
    StringBuilder value = new StringBuilder();
    while (true) {
      if (at >= text.length()) {
        throw SeedTable.fault(file.at(start, 1), "a quote is never closed", null);
      }
      char c = text.charAt(at);
      if (c == '"') {
        if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
          at++;
        } else {
          break;
        }
      } else if (c == '\n') {
        line++;
      }
      value.append(c);
      at++;
    }
    int rest = ++at;
    skipPlain();
    return value.append(text, rest, at).toString();
  }
}
