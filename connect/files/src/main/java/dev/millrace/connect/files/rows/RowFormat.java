package dev.millrace.connect.files.rows;

import dev.millrace.api.type.Schema;

/**
 * How a stream's files are written.
 *
 * @param kind of format
 * @param encoding of text: a charset's name, or {@code auto}
 * @param csv the dialect
 * @param key the field that is the record's key; empty without one
 * @param maxRow bytes of the longest row
 * @param schema of the stream, which tells numbers from texts
 */
public record RowFormat(
    Kind kind, String encoding, CsvDialect csv, String key, int maxRow, Schema schema) {
  /** Formats. */
  public enum Kind {
    /** Told by the first bytes of each file. */
    AUTO,
    /** Rows of fields. */
    CSV,
    /** A JSON object in each line. */
    JSON_LINES,
    /** One JSON array of objects. */
    JSON_ARRAY,
    /** Each line as it is. */
    LINES,
    /** Avro's container files. */
    AVRO,
    /** Parquet, which is read from a disk. */
    PARQUET
  }
}
