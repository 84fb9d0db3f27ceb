package dev.millrace.log;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Decides where each partition is read from, and refuses positions that the log cannot serve. */
final class StartPositions {
  private static final @Nullable SourceLocation NOWHERE = null;

  private final Map<String, Topic> topics = new LinkedHashMap<>();
  private final Map<TopicPartition, Long> offsets = new LinkedHashMap<>();

  private StartPositions() {}

  /**
   * Looks at the topics as they are now. A partition without a position starts at its oldest
   * record.
   *
   * @throws dev.millrace.api.error.StopException with every topic and partition that does not fit
   */
  static StartPositions of(
      TopicAdmin admin, Collection<String> names, Collection<Position> positions) {
    StartPositions start = new StartPositions();
    Problems problems = new Problems();
    Map<String, Topic> existing = admin.describe(names);
    for (String name : names) {
      Topic topic = existing.get(name);
      if (topic == null) {
        problems.add(missing(name));
      } else {
        start.topics.put(name, topic);
      }
    }
    Map<TopicPartition, Position> given = new HashMap<>();
    for (Position position : positions) {
      Topic topic = start.topics.get(position.topic());
      if (topic != null) {
        Problem misfit = misfit(topic, position);
        if (misfit == null) {
          given.put(new TopicPartition(position.topic(), position.partition()), position);
        } else {
          problems.add(misfit);
        }
      }
    }
    problems.throwIfErrors();
    for (PartitionRange range : admin.ranges(start.topics.values())) {
      TopicPartition tp = new TopicPartition(range.topic(), range.partition());
      Position position = given.get(tp);
      long offset = position == null ? range.begin() : position.nextOffset();
      if (offset < range.begin() || offset > range.end()) {
        problems.add(outOfRange(tp, offset, range.begin(), range.end()));
      }
      start.offsets.put(tp, offset);
    }
    problems.throwIfErrors();
    return start;
  }

  private static @Nullable Problem misfit(Topic topic, Position position) {
    if (!topic.id().equals(position.topicId())) {
      return recreated(topic.name());
    }
    return position.partition() < topic.partitions() ? null : fewerPartitions(topic, position);
  }

  Map<String, Topic> topics() {
    return topics;
  }

  Map<TopicPartition, Long> offsets() {
    return offsets;
  }

  static Problem missing(String topic) {
    return Problem.error(
        LogError.TOPIC_MISSING,
        NOWHERE,
        "topic `" + topic + "` does not exist",
        "create it, or name the topic that has the records in the stream's `topic:`");
  }

  static Problem recreated(String topic) {
    return Problem.error(
        LogError.TOPIC_RECREATED,
        NOWHERE,
        "topic `"
            + topic
            + "` was deleted and created again since it was last read, so the stored position"
            + " means nothing in it",
        "run with `--fresh` to build everything again from the new topic, or restore the old"
            + " topic");
  }

  private static Problem fewerPartitions(Topic topic, Position position) {
    return Problem.error(
        LogError.TOPIC_PARTITIONS_DIFFER,
        NOWHERE,
        "topic `%s` has %d partitions, but partition %d was read before"
            .formatted(topic.name(), topic.partitions(), position.partition()),
        "run with `--fresh` to build everything again, or connect to the right cluster");
  }

  static Problem outOfRange(TopicPartition tp, long offset, long begin, long end) {
    String what =
        "partition %d of topic `%s` is to be read from offset %d, but holds %d to %d"
            .formatted(tp.partition(), tp.topic(), offset, begin, end);
    return offset < begin
        ? Problem.error(
            LogError.POSITION_OUT_OF_RANGE,
            NOWHERE,
            what + ": " + (begin - offset) + " offsets were deleted before they were read",
            "run with `--fresh` to build everything again from what the topic still holds, and"
                + " give the topic a longer retention")
        : Problem.error(
            LogError.POSITION_OUT_OF_RANGE,
            NOWHERE,
            what + ": the log has lost its newest records",
            "restore the topic, connect to the right cluster, or run with `--fresh` to build"
                + " everything again");
  }
}
