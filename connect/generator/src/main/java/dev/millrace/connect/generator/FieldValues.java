package dev.millrace.connect.generator;

/** Writes one field's value as JSON. */
@FunctionalInterface
interface FieldValues {
  /**
   * Writes the value.
   *
   * @param bits random bits of this field in this event
   */
  void write(JsonBuffer out, long bits, Event event);
}
