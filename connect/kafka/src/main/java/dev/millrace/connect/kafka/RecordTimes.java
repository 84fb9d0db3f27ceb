package dev.millrace.connect.kafka;

import dev.millrace.api.type.DataType;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The timestamp of a record, from a column's value. */
final class RecordTimes {
  private RecordTimes() {}

  /** True for the types of times that a record's timestamp can be made of. */
  static boolean isTime(DataType type) {
    return type.equals(new DataType.Scalar(DataType.Kind.TIMESTAMPTZ))
        || type.equals(new DataType.Scalar(DataType.Kind.TIMESTAMP));
  }

  /**
   * Milliseconds since 1970, a TIMESTAMP being taken for UTC. Null, which is the time of sending,
   * for no value and for what Kafka cannot hold: a time before 1970.
   */
  static @Nullable Long millis(@Nullable Object value) {
    Instant instant =
        value instanceof LocalDateTime timestamp
            ? timestamp.toInstant(ZoneOffset.UTC)
            : (Instant) value;
    boolean held = instant != null && !instant.isBefore(Instant.EPOCH);
    return held && instant != null ? (Long) instant.toEpochMilli() : null;
  }
}
