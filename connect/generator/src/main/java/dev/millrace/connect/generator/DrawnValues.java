package dev.millrace.connect.generator;

/** Writes values of things that have a number and random bits, as JSON. */
@FunctionalInterface
interface DrawnValues {
  /** Writes the thing's value; the same bits and number always give the same. */
  void write(JsonBuffer out, long bits, long number);
}
