package dev.millrace.log;

/**
 * How far a partition has been read. The caller keeps it, with whatever the records led to, in one
 * transaction.
 *
 * @param topic the topic
 * @param topicId {@link Topic#id()} of the topic that was read
 * @param partition from 0
 * @param nextOffset the offset of the next record to read
 */
public record Position(String topic, String topicId, int partition, long nextOffset) {
  /** Names a partition among those of all topics. */
  public static String place(String topic, int partition) {
    return topic + "/" + partition;
  }

  /** Names its partition among those of all topics. */
  public String place() {
    return place(topic, partition);
  }

  /** The same partition at another offset. */
  public Position at(long offset) {
    return new Position(topic, topicId, partition, offset);
  }
}
