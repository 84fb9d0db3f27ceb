package dev.millrace.api.option;

/** How an option's text is read. */
public enum OptionType {
  /** Any text. */
  TEXT,
  /** Text that never reaches a log, a page or an error. */
  SECRET,
  /** {@code true} or {@code false}. */
  BOOLEAN,
  /** A whole number, perhaps with {@code _} between digits. */
  INTEGER,
  /** A number. */
  NUMBER,
  /**
   * A number with a unit, {@code 250ms}, {@code 10s}, {@code 5 minutes}, {@code 1h}, {@code 7
   * days}.
   */
  DURATION,
  /** A number of bytes with a unit: {@code 64KB}, {@code 1GB} (powers of 1024). */
  SIZE,
  /** A list of texts. */
  TEXTS,
  /** A nested structure that the connector reads itself. */
  STRUCTURE
}
