package dev.millrace.project.yaml;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.TextFile;

/**
 * Finds a stretch of a scalar's text in the file. Folding and indentation change only white space,
 * so the n-th other character of the text is the n-th other character of the scalar in the file;
 * where escapes break that, the place is the scalar's own.
 */
record ScalarPlaces(TextFile file, int start, int end, String value, boolean quoted)
    implements YamlNode.Places {

  @Override
  public SourceLocation locate(int offset, int length) {
    int nth = 0;
    for (int i = 0; i < Math.min(offset, value.length()); i++) {
      if (!Character.isWhitespace(value.charAt(i))) {
        nth++;
      }
    }
    int at = body();
    for (int inValue = 0, seen = 0; at < end; at++) {
      char c = file.text().charAt(at);
      if (Character.isWhitespace(c)) {
        continue;
      }
      while (inValue < value.length() && Character.isWhitespace(value.charAt(inValue))) {
        inValue++;
      }
      if (inValue == value.length() || value.charAt(inValue) != c) {
        return file.at(start, end - start);
      }
      if (seen == nth) {
        return file.at(at, length);
      }
      seen++;
      inValue++;
    }
    return file.at(start, end - start);
  }

  /** Where the text begins: behind a quote, or behind the line of {@code |} or {@code >}. */
  private int body() {
    if (quoted) {
      return start + 1;
    }
    char first = start < end ? file.text().charAt(start) : ' ';
    if (first == '|' || first == '>') {
      int lineEnd = file.text().indexOf('\n', start);
      return lineEnd < 0 || lineEnd > end ? end : lineEnd;
    }
    return start;
  }
}
