package dev.millrace.api.error;

/**
 * A stretch of one line in a file of the project.
 *
 * @param file path relative to the project folder, with {@code /}
 * @param line from 1; 0 if the problem concerns the file as a whole
 * @param column in UTF-16 code units from 1; 0 if the problem concerns the line as a whole
 * @param length how many code units the offending text has; 0 if that is unknown
 */
public record SourceLocation(String file, int line, int column, int length) {
  /** A whole file. */
  public static SourceLocation ofFile(String file) {
    return new SourceLocation(file, 0, 0, 0);
  }

  /** As compilers print it: {@code models/a.sql:3:14}, without the parts that are 0. */
  @Override
  public String toString() {
    if (line == 0) {
      return file;
    }
    return column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
  }
}
