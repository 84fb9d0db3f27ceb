package dev.millrace.engine;

import dev.millrace.api.error.RetryException;
import dev.millrace.engine.flow.Flow;
import dev.millrace.log.Cluster;
import dev.millrace.log.KafkaSystem;
import dev.millrace.log.PartitionLag;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.Position;
import dev.millrace.log.TopicAdmin;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.project.SystemSpec;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The topics that sinks of a project write and its sources read: that a flow had read them to their
 * end some moments ago does not mean that it has now.
 */
final class FedTopics {
  private final Set<String> topics;

  FedTopics(Project project) {
    Set<String> written = sinks(project).stream().map(SinkSpec::table).collect(Collectors.toSet());
    this.topics =
        project.streams().stream()
            .map(StreamSpec::topic)
            .filter(written::contains)
            .collect(Collectors.toSet());
  }

  /** The sinks that write to the Kafka which sources read: the target's first. */
  static List<SinkSpec> sinks(Project project) {
    Optional<String> kafka =
        project.target().systems().stream()
            .filter(s -> s.type().equals(KafkaSystem.NAME))
            .map(SystemSpec::name)
            .findFirst();
    return project.sinks().stream()
        .filter(s -> kafka.filter(s.system()::equals).isPresent())
        .toList();
  }

  /** True if there is none. */
  boolean isEmpty() {
    return topics.isEmpty();
  }

  /** True if flows have read all that is committed now in those that they read. */
  boolean areRead(Cluster cluster, List<Flow> flows) {
    Map<String, Long> positions = new HashMap<>();
    Set<String> read = new HashSet<>();
    for (Flow flow : flows) {
      flow.runner().sources().forEach(s -> read.add(s.stream().topic()));
      for (PartitionLag lag : flow.health().lag()) {
        positions.put(Position.place(lag.topic(), lag.partition()), lag.nextOffset());
      }
    }
    read.retainAll(topics);
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      for (PartitionRange range : admin.ranges(admin.describe(read).values())) {
        Long position = positions.get(Position.place(range.topic(), range.partition()));
        if (position == null || position < range.end()) {
          return false;
        }
      }
      return true;
    } catch (RetryException e) {
      return false;
    }
  }
}
