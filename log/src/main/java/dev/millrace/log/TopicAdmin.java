package dev.millrace.log;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Creates, describes and deletes topics. Thread-safe. Every method throws {@link
 * dev.millrace.api.error.RetryException} if no broker answers within ten seconds, and {@link
 * dev.millrace.api.error.StopException} if access is denied.
 */
public final class TopicAdmin implements AutoCloseable {
  private static final int CALL_LIMIT_MS = 10_000;

  private final Cluster cluster;
  private final Admin admin;

  private TopicAdmin(Cluster cluster, Admin admin) {
    this.cluster = cluster;
    this.admin = admin;
  }

  /** Opens a client; connects when the first method is called. */
  public static TopicAdmin open(Cluster cluster) {
    Map<String, Object> properties = cluster.clientProperties("millrace-admin");
    properties.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, CALL_LIMIT_MS);
    properties.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, CALL_LIMIT_MS / 2);
    try {
      return new TopicAdmin(cluster, Admin.create(properties));
    } catch (RuntimeException e) {
      throw KafkaFailure.of(e, cluster, "connecting");
    }
  }

  /**
   * Creates the topics that are missing; those that exist stay as they are. Returns once every
   * partition has a leader that serves it.
   *
   * @return all of them
   */
  public List<Topic> ensure(Collection<TopicDeclaration> topics) {
    List<Topic> all = create(topics);
    awaitLeaders(all);
    return all;
  }

  /**
   * A producer that is refused by a leader not yet in office may be stuck for ever: of two batches
   * in flight the first is refused, the second accepted as the first of a new producer, and from
   * then on the first one is out of order.
   */
  private void awaitLeaders(List<Topic> topics) {
    Set<TopicPartition> partitions = partitions(topics);
    long deadline = System.nanoTime() + Duration.ofMillis(CALL_LIMIT_MS).toNanos();
    while (true) {
      try {
        // The client asks again while a broker says that it is not the leader.
        list(partitions, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED).all().get();
        return;
      } catch (ExecutionException e) {
        // A broker that has not heard of the topic yet.
        if (!isMissing(e.getCause()) || System.nanoTime() > deadline) {
          throw KafkaFailure.of(e, cluster, "waiting for the leaders of " + topics);
        }
      } catch (InterruptedException e) {
        throw KafkaFailure.of(e, cluster, "waiting for the leaders of " + topics);
      }
      pause();
    }
  }

  private List<Topic> create(Collection<TopicDeclaration> topics) {
    List<String> names = topics.stream().map(TopicDeclaration::name).toList();
    Map<String, Topic> existing = describe(names);
    List<NewTopic> missing = new ArrayList<>();
    for (TopicDeclaration topic : topics) {
      if (!existing.containsKey(topic.name())) {
        missing.add(
            new NewTopic(topic.name(), Optional.of(topic.partitions()), Optional.empty())
                .configs(topic.config()));
      }
    }
    if (missing.isEmpty()) {
      return names.stream().map(existing::get).toList();
    }
    admin.createTopics(missing).values().forEach(this::awaitCreated);
    return awaitVisible(names);
  }

  private void awaitCreated(String name, KafkaFuture<Void> created) {
    try {
      created.get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw KafkaFailure.of(e, cluster, "creating topic `" + name + "`");
      }
    } catch (InterruptedException e) {
      throw KafkaFailure.of(e, cluster, "creating topic `" + name + "`");
    }
  }

  /** A topic is created by the controller; brokers know it a moment later. */
  private List<Topic> awaitVisible(List<String> names) {
    long deadline = System.nanoTime() + Duration.ofMillis(CALL_LIMIT_MS).toNanos();
    while (true) {
      Map<String, Topic> found = describe(names);
      if (found.keySet().containsAll(names)) {
        return names.stream().map(found::get).toList();
      }
      if (System.nanoTime() > deadline) {
        throw KafkaFailure.of(
            new TimeoutException("topics do not appear"), cluster, "creating topics " + names);
      }
      pause();
    }
  }

  private void pause() {
    try {
      Thread.sleep(10);
    } catch (InterruptedException e) {
      throw KafkaFailure.of(e, cluster, "creating topics");
    }
  }

  /** The topics of these names that exist, by name. */
  public Map<String, Topic> describe(Collection<String> names) {
    Map<String, Topic> found = new HashMap<>();
    describeAsync(names)
        .forEach(
            (name, future) -> {
              try {
                found.put(name, topic(future.get()));
              } catch (ExecutionException e) {
                if (!isMissing(e.getCause())) {
                  throw KafkaFailure.of(e, cluster, "describing topic `" + name + "`");
                }
              } catch (InterruptedException e) {
                throw KafkaFailure.of(e, cluster, "describing topic `" + name + "`");
              }
            });
    return found;
  }

  Map<String, KafkaFuture<TopicDescription>> describeAsync(Collection<String> names) {
    return admin.describeTopics(new HashSet<>(names)).topicNameValues();
  }

  static Topic topic(TopicDescription description) {
    return new Topic(
        description.name(), description.topicId().toString(), description.partitions().size());
  }

  static boolean isMissing(@Nullable Throwable cause) {
    return cause instanceof UnknownTopicOrPartitionException
        || cause instanceof InvalidTopicException;
  }

  /** The settings of a topic that exists, by Kafka's names. */
  public Map<String, String> config(String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<String, String> settings = new HashMap<>();
    try {
      for (Config config : admin.describeConfigs(List.of(resource)).all().get().values()) {
        config.entries().forEach(e -> settings.put(e.name(), e.value()));
      }
      return settings;
    } catch (ExecutionException | InterruptedException e) {
      throw KafkaFailure.of(e, cluster, "asking for the settings of topic `" + topic + "`");
    }
  }

  /** What every partition of the topics holds, in order. The topics exist. */
  public List<PartitionRange> ranges(Collection<Topic> topics) {
    Set<TopicPartition> partitions = partitions(topics);
    ListOffsetsResult begins =
        list(partitions, OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED);
    ListOffsetsResult ends = list(partitions, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    Map<String, PartitionRange> ordered = new TreeMap<>();
    for (TopicPartition tp : partitions) {
      ordered.put(
          "%s %08d".formatted(tp.topic(), tp.partition()),
          new PartitionRange(tp.topic(), tp.partition(), offset(begins, tp), offset(ends, tp)));
    }
    return List.copyOf(ordered.values());
  }

  private static Set<TopicPartition> partitions(Collection<Topic> topics) {
    Set<TopicPartition> partitions = new HashSet<>();
    for (Topic topic : topics) {
      for (int p = 0; p < topic.partitions(); p++) {
        partitions.add(new TopicPartition(topic.name(), p));
      }
    }
    return partitions;
  }

  /** The end of a partition's log, whether committed or not. */
  long endWithOpenTransactions(TopicPartition partition) {
    return offset(
        list(Set.of(partition), OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED), partition);
  }

  private ListOffsetsResult list(
      Set<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
    partitions.forEach(tp -> specs.put(tp, spec));
    return admin.listOffsets(specs, new ListOffsetsOptions(isolation));
  }

  private long offset(ListOffsetsResult result, TopicPartition tp) {
    try {
      return result.partitionResult(tp).get().offset();
    } catch (ExecutionException | InterruptedException e) {
      throw KafkaFailure.of(e, cluster, "asking for the ends of partition `" + tp + "`");
    }
  }

  /**
   * Drops every record that a topic holds now; the topic and its id stay.
   *
   * @throws StopException if the topic keeps the newest record of each key ({@code
   *     cleanup.policy=compact}), of which Kafka drops none
   */
  public void empty(Topic topic) {
    Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
    for (int p = 0; p < topic.partitions(); p++) {
      // -1 is the high watermark.
      all.put(new TopicPartition(topic.name(), p), RecordsToDelete.beforeOffset(-1));
    }
    delete(topic.name(), all);
  }

  /**
   * Drops the records of ranges of one topic, and what is before them; as {@link #empty} otherwise.
   */
  public void dropBefore(List<PartitionRange> ranges) {
    Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
    ranges.forEach(
        r ->
            all.put(
                new TopicPartition(r.topic(), r.partition()),
                RecordsToDelete.beforeOffset(r.end())));
    ranges.stream().findFirst().ifPresent(r -> delete(r.topic(), all));
  }

  private void delete(String topic, Map<TopicPartition, RecordsToDelete> records) {
    try {
      admin.deleteRecords(records).all().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PolicyViolationException) {
        throw new StopException(
            Problem.error(
                LogError.TOPIC_NOT_EMPTIED,
                null,
                "topic `" + topic + "` is compacted, so Kafka drops none of its records",
                "delete the topic by hand, and start again"),
            e);
      }
      throw KafkaFailure.of(e, cluster, "emptying topic `" + topic + "`");
    } catch (InterruptedException e) {
      throw KafkaFailure.of(e, cluster, "emptying topic `" + topic + "`");
    }
  }

  /** Deletes topics with all their records; those that do not exist are no error. */
  public void delete(Collection<String> names) {
    admin
        .deleteTopics(names)
        .topicNameValues()
        .forEach(
            (name, deleted) -> {
              try {
                deleted.get();
              } catch (ExecutionException e) {
                if (!isMissing(e.getCause())) {
                  throw KafkaFailure.of(e, cluster, "deleting topic `" + name + "`");
                }
              } catch (InterruptedException e) {
                throw KafkaFailure.of(e, cluster, "deleting topic `" + name + "`");
              }
            });
  }

  /** Closes the client without waiting for calls under way. */
  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
