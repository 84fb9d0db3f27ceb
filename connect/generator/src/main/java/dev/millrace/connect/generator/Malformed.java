package dev.millrace.connect.generator;

/** How a record is spoilt. */
enum Malformed {
  /** JSON that ends too early. */
  TRUNCATED,
  /** No JSON at all. */
  GARBAGE,
  /** A text where a number or a time belongs. */
  WRONG_TYPE,
  /** No event time. */
  MISSING_TIME,
  /** A null as event time. */
  NULL_TIME,
  /** An event time in the year 2100. */
  FAR_FUTURE;

  /** True if only a stream with an event time can have it. */
  boolean needsEventTime() {
    return this == MISSING_TIME || this == NULL_TIME || this == FAR_FUTURE;
  }
}
