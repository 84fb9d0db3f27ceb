package dev.millrace.log;

/**
 * How far a reader is behind the end of a partition.
 *
 * @param topic the topic
 * @param partition from 0
 * @param nextOffset the offset of the next record to read
 * @param end the offset behind the newest committed record; -1 if it is not known yet
 */
public record PartitionLag(String topic, int partition, long nextOffset, long end) {
  /** How many offsets are between; records of aborted transactions count. */
  public long offsets() {
    return Math.max(0, end - nextOffset);
  }

  /** True if nothing was left to read when {@code end} was taken. */
  public boolean caughtUp() {
    return end >= 0 && nextOffset >= end;
  }
}
