package dev.millrace.connect.generator;

/**
 * One field of a record.
 *
 * @param name its name in the record
 * @param start the bytes before its value, {@code "name":}
 * @param salt makes its draws independent of other fields'
 * @param nulls the share of nulls
 * @param kind what its values are, which decides how it can be spoilt
 * @param values writes them
 */
@SuppressWarnings("ArrayRecordComponent")
record Field(String name, byte[] start, long salt, double nulls, Kind kind, FieldValues values) {

  /** What the values of a field are. */
  enum Kind {
    /** Some texts are no values of it. */
    TYPED,
    /** Any text is a value. */
    TEXT,
    /** The time of the event. */
    EVENT_TIME
  }

  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final long NULL_SALT = Draw.salt(" null");

  /** Writes the value that the field has in an event. */
  void write(JsonBuffer out, Event event) {
    write(out, event.bits(), event);
  }

  /** Writes the value that belongs to other random bits than the event's. */
  void write(JsonBuffer out, long owner, Event event) {
    long bits = Draw.mix(owner ^ salt);
    if (nulls > 0 && Draw.unit(Draw.mix(bits ^ NULL_SALT)) < nulls) {
      out.raw(NULL);
    } else {
      values.write(out, bits, event);
    }
  }
}
