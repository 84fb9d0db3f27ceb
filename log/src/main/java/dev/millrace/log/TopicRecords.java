package dev.millrace.log;

import org.jspecify.annotations.Nullable;

/**
 * Records of one topic, each at one index of all arrays; those of a partition are in the order of
 * their offsets. The arrays are as long as there are records, belong to the receiver, and hold the
 * bytes as the broker does.
 *
 * @param topic the topic
 * @param keys null where a record has none
 * @param values null for a tombstone
 * @param partitions from 0
 * @param offsets increasing within a partition, not always by one
 * @param timestamps milliseconds since 1970
 */
@SuppressWarnings("ArrayRecordComponent")
public record TopicRecords(
    String topic,
    byte[] @Nullable [] keys,
    byte[] @Nullable [] values,
    int[] partitions,
    long[] offsets,
    long[] timestamps) {
  /** How many records there are. */
  public int size() {
    return offsets.length;
  }
}
