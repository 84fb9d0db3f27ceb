package dev.millrace.benchmarks;

import dev.millrace.testing.nexmark.NexmarkEvent;
import dev.millrace.testing.nexmark.NexmarkEvent.Kind;
import dev.millrace.testing.nexmark.NexmarkGenerator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A broker whose topics {@code nexmark.person}, {@code nexmark.auction} and {@code nexmark.bid}
 * hold a given number of events together, ten thousand a second of event time, in order; or, for
 * queries that read no bids, only the first two, of ten times as many events: of the others four in
 * fifty would be over before a process is warm. Written once, kept for later runs.
 */
final class NexmarkTopics implements AutoCloseable {
  static final int PARTITIONS = 2;

  /** The standard's rate; it decides how many events a window has. */
  static final int EVENTS_PER_SECOND = 10_000;

  private static final int WITHOUT_BIDS = 10;
  private static final long SEED = 42;
  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

  private final BrokerProcess broker;

  private NexmarkTopics(BrokerProcess broker) {
    this.broker = broker;
  }

  /** How many events are made for queries that read no bids, of {@code events} for the others. */
  static long eventsWithoutBids(long events) {
    return events * WITHOUT_BIDS;
  }

  /**
   * Starts the broker and makes sure that the topics hold {@code events} events.
   *
   * @param bids whether there are bids; without, there are ten times as many of all else
   */
  static NexmarkTopics preloaded(Workplace place, long events, boolean bids)
      throws IOException, InterruptedException, ExecutionException {
    long made = bids ? events : eventsWithoutBids(events);
    Path folder = place.data().resolve("nexmark-" + made + (bids ? "" : "-without-bids"));
    Path done = folder.resolve("written");
    if (!Files.exists(done)) {
      Folders.delete(folder);
    }
    BrokerProcess broker = BrokerProcess.start(place, folder.resolve("kafka"));
    if (!Files.exists(done)) {
      broker.createTopics(
          Arrays.stream(Kind.values()).map(kind -> topic(kind.stream())).toList(), PARTITIONS);
      write(broker, made, bids);
      Files.writeString(done, made + " events, seed " + SEED + "\n");
    }
    return new NexmarkTopics(broker);
  }

  /** The topic of a stream of the project. */
  static String topic(String stream) {
    return "nexmark." + stream;
  }

  private static void write(BrokerProcess broker, long events, boolean bids) {
    NexmarkGenerator generator = new NexmarkGenerator(SEED, START, EVENTS_PER_SECOND, 1);
    Map<Kind, Integer> count = new EnumMap<>(Kind.class);
    broker.write(
        LongStream.range(0, events)
                .mapToObj(i -> generator.next())
                .filter(event -> bids || event.kind() != Kind.BID)
                .map(event -> record(event, count))
            ::iterator);
  }

  private static ProducerRecord<byte[], byte[]> record(
      NexmarkEvent event, Map<Kind, Integer> count) {
    int number = count.merge(event.kind(), 1, Integer::sum);
    return new ProducerRecord<>(
        topic(event.kind().stream()),
        number % PARTITIONS,
        event.millis(),
        null,
        event.json().getBytes(StandardCharsets.UTF_8));
  }

  /** How many events the topics of some streams have together. */
  long events(Set<String> streams) throws InterruptedException, ExecutionException {
    long events = 0;
    for (String stream : streams) {
      events += broker.end(topic(stream), PARTITIONS);
    }
    return events;
  }

  String servers() {
    return broker.servers();
  }

  @Override
  public void close() {
    broker.close();
  }
}
