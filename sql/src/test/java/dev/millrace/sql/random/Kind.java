package dev.millrace.sql.random;

/** What may be done with a column. */
public enum Kind {
  /** A small integer. */
  INT,
  /** An exact number of any size: nothing may be added to it. */
  BIG,
  /** A text. */
  TEXT,
  /** A decimal. */
  DECIMAL,
  /** A double that is exact. */
  DOUBLE,
  /** A truth value. */
  BOOLEAN,
  /** A date. */
  DATE,
  /** A time of day. */
  CLOCK,
  /** A timestamp without zone. */
  LOCAL,
  /** A finite instant. */
  TIME,
  /** An instant that may be infinite, so that nothing may be subtracted from it. */
  ODD_TIME,
  /** A UUID. */
  UUID,
  /** A struct with the fields {@code a INTEGER} and {@code b VARCHAR}. */
  STRUCT,
  /** A list of integers. */
  LIST,
  /** A map from texts to integers. */
  MAP,
  /** A result to look at only: its last digits depend on the order of additions. */
  OPAQUE;

  boolean isNumber() {
    return this == INT || this == DECIMAL || this == DOUBLE;
  }

  /** Whether equal values are equal texts, so that one may group and join by it. */
  boolean isKey() {
    return this != OPAQUE;
  }

  boolean isOrdered() {
    return this != OPAQUE && this != STRUCT && this != LIST && this != MAP;
  }
}
