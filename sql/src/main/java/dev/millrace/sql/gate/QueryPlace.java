package dev.millrace.sql.gate;

import dev.millrace.api.error.SourceLocation;

/** Finds the place to show for a place in a query's text. */
@FunctionalInterface
public interface QueryPlace {
  /**
   * The place of a stretch of the query.
   *
   * @param offset in UTF-16 code units from 0
   * @param length of the stretch, 0 if unknown
   */
  SourceLocation locate(int offset, int length);

  /** Counts lines and columns within the text itself, as a file of the given name. */
  static QueryPlace inText(String file, String text) {
    return (offset, length) -> {
      int line = 1;
      int lineStart = 0;
      int end = Math.min(offset, text.length());
      for (int i = 0; i < end; i++) {
        if (text.charAt(i) == '\n') {
          line++;
          lineStart = i + 1;
        }
      }
      return new SourceLocation(file, line, end - lineStart + 1, length);
    };
  }

  /** One place for all of a query, such as a panel of a dashboard. */
  static QueryPlace fixed(SourceLocation place) {
    return (offset, length) -> place;
  }
}
