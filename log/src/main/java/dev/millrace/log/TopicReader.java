package dev.millrace.log;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all partitions of some topics, committed records only, from positions that the caller
 * keeps. There is no consumer group, and no position is ever reset in silence.
 *
 * <p>Used by one thread, except {@link #wakeup} and {@link #state}. While no broker answers, {@link
 * #poll} returns empty batches, {@link ReaderState#connected} is false, and reading goes on where
 * it was once one does. After any exception the caller closes the reader and opens another at the
 * positions that it has stored.
 */
public final class TopicReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);
  private static final long STATE_INTERVAL = Duration.ofMillis(100).toNanos();
  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private final Cluster cluster;
  private final TopicAdmin admin;
  private final Map<String, Topic> topics;
  private final TopicWatch watch;
  private final KafkaConsumer<ByteBuffer, ByteBuffer> consumer;
  private final @Nullable Metric connections;
  // Our own, since the consumer's may block while it is away from the broker.
  private final Map<TopicPartition, Long> next;
  private @Nullable Map<TopicPartition, Long> limits;
  private volatile ReaderState state = new ReaderState(false, Optional.empty(), 0, 0, List.of());
  private long stateAt;
  private long records;
  private long bytes;

  private TopicReader(
      Cluster cluster, ReaderOptions options, TopicAdmin admin, StartPositions start) {
    this.cluster = cluster;
    this.admin = admin;
    this.topics = new HashMap<>(start.topics());
    this.watch = new TopicWatch(cluster, admin, topics);
    this.consumer = consumer(cluster, options);
    this.next = new TreeMap<>(BY_NAME);
    next.putAll(start.offsets());
    consumer.assign(next.keySet());
    start.offsets().forEach(consumer::seek);
    this.connections =
        consumer.metrics().entrySet().stream()
            .filter(m -> m.getKey().name().equals("connection-count"))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(null);
  }

  /**
   * Opens a reader of all partitions of the topics.
   *
   * @param positions where to go on; a partition that is not among them starts at its oldest record
   * @throws dev.millrace.api.error.RetryException if no broker answers
   * @throws StopException if a topic is missing or was created again, or a position is not in the
   *     log; with every such problem
   */
  public static TopicReader open(
      Cluster cluster,
      ReaderOptions options,
      Collection<String> topics,
      Collection<Position> positions) {
    TopicAdmin admin = TopicAdmin.open(cluster);
    try {
      return new TopicReader(cluster, options, admin, StartPositions.of(admin, topics, positions));
    } catch (RuntimeException e) {
      admin.close();
      throw e instanceof KafkaException ? KafkaFailure.of(e, cluster, "opening a reader") : e;
    }
  }

  private static KafkaConsumer<ByteBuffer, ByteBuffer> consumer(
      Cluster cluster, ReaderOptions options) {
    Map<String, Object> properties = cluster.clientProperties("millrace-reader");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, options.pollRecords());
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, options.fetchBytes());
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, options.fetchBytes());
    properties.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 1 << 20);
    properties.putIfAbsent(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
    properties.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "10000");
    return new KafkaConsumer<>(
        properties, new ByteBufferDeserializer(), new ByteBufferDeserializer());
  }

  /** Takes what a poll returns. */
  @FunctionalInterface
  public interface Receiver {
    /** Gets the records of one partition, in order; they are valid during the call only. */
    void receive(String topic, int partition, List<ConsumerRecord<ByteBuffer, ByteBuffer>> records);
  }

  /**
   * Gives the next records to {@code receiver}, at most some thousands. Waits up to {@code wait}
   * for the first one; that none comes is normal. {@link #positions} then are behind them.
   *
   * @return how many records there were
   * @throws StopException if a topic is missing or was created again, the records at a position
   *     were deleted, or access is denied
   * @throws dev.millrace.api.error.RetryException on other failures
   */
  public int poll(Duration wait, Receiver receiver) {
    adopt(watch.look());
    pauseAtLimits();
    int count = 0;
    ConsumerRecords<ByteBuffer, ByteBuffer> received = ConsumerRecords.empty();
    try {
      ConsumerRecords<ByteBuffer, ByteBuffer> taken = consumer.poll(wait);
      count = taken.count();
      if (count > 0) {
        adopt(watch.confirm());
      }
      received = taken;
    } catch (OffsetOutOfRangeException e) {
      throw outOfRange(e);
    } catch (WakeupException e) {
      LOG.debug("woken up");
    } catch (InterruptException e) {
      // The flag is set again; what was read so far was handed over.
      LOG.debug("interrupted");
    } catch (KafkaException | IllegalStateException e) {
      throw KafkaFailure.of(e, cluster, "reading topics " + topics.keySet());
    }
    hand(received, receiver);
    records += count;
    refreshState(count > 0);
    return count;
  }

  /**
   * Reads no further, but for what was fetched already: a partition that has come to its limit is
   * not polled any more, and one without a limit is not polled at all.
   */
  public void limit(Collection<Position> ends) {
    Map<TopicPartition, Long> given = new HashMap<>();
    ends.forEach(p -> given.put(new TopicPartition(p.topic(), p.partition()), p.nextOffset()));
    limits = given;
  }

  private void pauseAtLimits() {
    Map<TopicPartition, Long> given = limits;
    if (given != null) {
      Map<Boolean, List<TopicPartition>> read =
          next.entrySet().stream()
              .collect(
                  Collectors.partitioningBy(
                      e -> e.getValue() < given.getOrDefault(e.getKey(), 0L),
                      Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
      consumer.pause(read.getOrDefault(false, List.of()));
      consumer.resume(read.getOrDefault(true, List.of()));
    }
  }

  private void hand(ConsumerRecords<ByteBuffer, ByteBuffer> taken, Receiver receiver) {
    for (TopicPartition tp : taken.partitions()) {
      List<ConsumerRecord<ByteBuffer, ByteBuffer>> part = taken.records(tp);
      receiver.receive(tp.topic(), tp.partition(), part);
      for (ConsumerRecord<ByteBuffer, ByteBuffer> record : part) {
        bytes += Math.max(0, record.serializedValueSize());
      }
    }
    // Also without records: markers and aborted records were passed.
    taken.nextOffsets().forEach((tp, position) -> next.put(tp, position.offset()));
  }

  private StopException outOfRange(OffsetOutOfRangeException e) {
    List<Problem> problems = new ArrayList<>();
    try {
      Map<String, Topic> now = admin.describe(topics.keySet());
      topics.forEach(
          (name, before) -> {
            Topic topic = now.get(name);
            if (topic == null) {
              problems.add(StartPositions.missing(name));
            } else if (!topic.id().equals(before.id())) {
              problems.add(StartPositions.recreated(name));
            }
          });
      if (problems.isEmpty()) {
        for (PartitionRange range : admin.ranges(now.values())) {
          TopicPartition tp = new TopicPartition(range.topic(), range.partition());
          Long wanted = e.offsetOutOfRangePartitions().get(tp);
          if (wanted != null) {
            problems.add(StartPositions.outOfRange(tp, wanted, range.begin(), range.end()));
          }
        }
      }
    } catch (MillraceException unknown) {
      e.addSuppressed(unknown);
    }
    if (problems.isEmpty()) {
      e.offsetOutOfRangePartitions()
          .forEach((tp, offset) -> problems.add(StartPositions.outOfRange(tp, offset, -1, -1)));
    }
    return new StopException(problems);
  }

  /** Reads new partitions from their first record. */
  private void adopt(Map<String, Topic> grown) {
    if (grown.isEmpty()) {
      return;
    }
    List<TopicPartition> added = new ArrayList<>();
    for (Topic topic : grown.values()) {
      Topic before = topics.put(topic.name(), topic);
      for (int p = before == null ? 0 : before.partitions(); p < topic.partitions(); p++) {
        added.add(new TopicPartition(topic.name(), p));
      }
    }
    LOG.info("new partitions are read from their beginning: {}", added);
    added.forEach(tp -> next.put(tp, 0L));
    consumer.assign(next.keySet());
    added.forEach(tp -> consumer.seek(tp, 0));
  }

  private void refreshState(boolean read) {
    long now = System.nanoTime();
    if (now - stateAt < STATE_INTERVAL) {
      return;
    }
    stateAt = now;
    boolean connected =
        read || connections == null || ((Number) connections.metricValue()).doubleValue() > 0;
    boolean before = state.connected();
    Optional<String> error =
        connected
            ? Optional.empty()
            : Optional.of(
                "no broker answers at `" + cluster.url() + "`; reading goes on when one does");
    state = new ReaderState(connected, error, records, bytes, lag());
    if (before != connected) {
      LOG.info("reader {} Kafka at {}", connected ? "is connected to" : "has lost", cluster);
    }
  }

  /** Where to go on after all that {@link #poll} has returned, for every partition. */
  public List<Position> positions() {
    List<Position> all = new ArrayList<>(next.size());
    next.forEach(
        (tp, offset) -> all.add(new Position(tp.topic(), idOf(tp), tp.partition(), offset)));
    return all;
  }

  private String idOf(TopicPartition tp) {
    Topic topic = topics.get(tp.topic());
    if (topic == null) {
      throw new IllegalStateException("topic " + tp.topic() + " is not read");
    }
    return topic.id();
  }

  /** How far each partition's end was at the last answer of its broker; costs no request. */
  public List<PartitionLag> lag() {
    List<PartitionLag> all = new ArrayList<>(next.size());
    next.forEach(
        (tp, offset) -> {
          OptionalLong lag = consumer.currentLag(tp);
          long end = lag.isPresent() ? offset + lag.getAsLong() : -1;
          all.add(new PartitionLag(tp.topic(), tp.partition(), offset, end));
        });
    return all;
  }

  /**
   * How far each partition's end is now; one request to each broker. A partition that is
   * {@linkplain PartitionLag#caughtUp() caught up} here has been read to its end as of this call.
   *
   * @throws dev.millrace.api.error.RetryException if no broker answers within two seconds
   */
  public List<PartitionLag> measureLag() {
    try {
      Map<TopicPartition, Long> ends = consumer.endOffsets(next.keySet(), Duration.ofSeconds(2));
      List<PartitionLag> all = new ArrayList<>(next.size());
      next.forEach(
          (tp, offset) ->
              all.add(
                  new PartitionLag(
                      tp.topic(), tp.partition(), offset, ends.getOrDefault(tp, -1L))));
      return all;
    } catch (KafkaException e) {
      throw KafkaFailure.of(e, cluster, "asking for the ends of topics " + topics.keySet());
    }
  }

  /** What the reader is doing; may be called by any thread. */
  public ReaderState state() {
    return state;
  }

  /** Ends a poll that is waiting; may be called by any thread. */
  public void wakeup() {
    consumer.wakeup();
  }

  /** Frees everything; never throws. */
  @Override
  public void close() {
    try {
      consumer.close(CloseOptions.timeout(Duration.ofMillis(200)));
    } catch (KafkaException e) {
      LOG.debug("closing the consumer failed", e);
    }
    admin.close();
  }
}
