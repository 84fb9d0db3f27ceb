package dev.millrace.log;

import java.util.List;

/**
 * What one poll returned.
 *
 * @param topics those with at least one record
 * @param size how many records there are in all
 */
record RecordBatch(List<TopicRecords> topics, int size) {
  /** Copies the list. */
  RecordBatch {
    topics = List.copyOf(topics);
  }

  /** True if there is no record. */
  boolean isEmpty() {
    return size == 0;
  }
}
