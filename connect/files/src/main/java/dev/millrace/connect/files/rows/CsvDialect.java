package dev.millrace.connect.files.rows;

import java.util.List;

/**
 * How rows of fields are written.
 *
 * @param delimiter between fields
 * @param quote around fields that may hold delimiters and newlines; 0 for none
 * @param escape before a character that is meant as it stands, within quotes; 0 if a quote is
 *     doubled instead
 * @param comment at the beginning of a line that is none; 0 for none
 * @param header true if the first row has names
 * @param fields the names, instead of those of the first row; empty for those, or without a header
 *     for the stream's columns
 * @param skipLines lines before the first row
 * @param nullText what an unquoted field without a value has
 * @param padShort true if the last fields of a row may be missing
 */
public record CsvDialect(
    byte delimiter,
    byte quote,
    byte escape,
    byte comment,
    boolean header,
    List<String> fields,
    int skipLines,
    String nullText,
    boolean padShort) {
  /** Copies the list. */
  public CsvDialect {
    fields = List.copyOf(fields);
  }
}
