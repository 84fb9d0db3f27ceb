package dev.millrace.connect.kafka;

import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;

/**
 * How far a topic is.
 *
 * @param epoch the store whose outbox was delivered
 * @param sequence the last sequence number in it
 * @param topicId tells the topic from another one that is made later under its name
 */
record TopicPosition(String epoch, long sequence, String topicId) {
  /** The form in which it is stored. */
  String text() {
    return sequence + " " + epoch + " " + topicId;
  }

  static TopicPosition parse(String text, String sink) {
    String[] words = text.split(" ", -1);
    if (words.length != 3 || !words[0].matches("\\d{1,18}")) {
      throw new StopException(
          Problem.error(
              KafkaSinkError.SINK_POSITION_UNREADABLE,
              null,
              "the position of sink `%s` in the cluster is `%s`, which this version did not write"
                  .formatted(sink, text),
              "use the version of Millrace that wrote it"),
          null);
    }
    return new TopicPosition(words[1], Long.parseLong(words[0]), words[2]);
  }

  SinkPosition delivered() {
    return new SinkPosition(epoch, sequence);
  }
}
