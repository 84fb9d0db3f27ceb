package dev.millrace.api.connect;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One record for a topic, already in the topic's format.
 *
 * @param stream the {@link StreamDeclaration#name()} it belongs to
 * @param key decides the partition; null for any
 * @param value the bytes; null is a tombstone
 * @param headers what columns may read with {@code from: header.<name>}, by name; in the map's
 *     order
 * @param timestamp the record's time in the topic
 */
@SuppressWarnings("ArrayRecordComponent")
public record SourceRecord(
    String stream,
    byte @Nullable [] key,
    byte @Nullable [] value,
    Map<String, byte[]> headers,
    Instant timestamp) {
  /**
   * The header of a record that is no row of its stream, and is rejected whatever its value is: the
   * reason, in UTF-8. Its other headers are kept with it.
   */
  public static final String REJECTED = "millrace.rejected";

  /** A record without headers. */
  public SourceRecord(
      String stream, byte @Nullable [] key, byte @Nullable [] value, Instant timestamp) {
    this(stream, key, value, Map.of(), timestamp);
  }
}
