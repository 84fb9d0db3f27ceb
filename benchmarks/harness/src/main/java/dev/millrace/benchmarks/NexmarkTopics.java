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
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A broker whose topics {@code nexmark.person}, {@code nexmark.auction} and {@code nexmark.bid}
 * hold a given number of events together: ten thousand a second of event time, in order. Written
 * once, kept for later runs.
 */
final class NexmarkTopics implements AutoCloseable {
  static final int PARTITIONS = 2;

  /** The standard's rate; it decides how many events a window has. */
  static final int EVENTS_PER_SECOND = 10_000;

  private static final long SEED = 42;
  private static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

  private final BrokerProcess broker;

  private NexmarkTopics(BrokerProcess broker) {
    this.broker = broker;
  }

  /** Starts the broker and makes sure that the topics hold {@code events} events. */
  static NexmarkTopics preloaded(Workplace place, long events)
      throws IOException, InterruptedException, ExecutionException {
    Path folder = place.data().resolve("nexmark-" + events);
    Path done = folder.resolve("written");
    if (!Files.exists(done)) {
      Folders.delete(folder);
    }
    BrokerProcess broker = BrokerProcess.start(place, folder.resolve("kafka"));
    if (!Files.exists(done)) {
      broker.createTopics(
          Arrays.stream(Kind.values()).map(kind -> topic(kind.stream())).toList(), PARTITIONS);
      write(broker, events);
      Files.writeString(done, events + " events, seed " + SEED + "\n");
    }
    return new NexmarkTopics(broker);
  }

  /** The topic of a stream of the project. */
  static String topic(String stream) {
    return "nexmark." + stream;
  }

  private static void write(BrokerProcess broker, long events) {
    NexmarkGenerator generator = new NexmarkGenerator(SEED, START, EVENTS_PER_SECOND, 1);
    Map<Kind, Integer> count = new EnumMap<>(Kind.class);
    broker.write(
        LongStream.range(0, events).mapToObj(i -> record(generator.next(), count))::iterator);
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

  String servers() {
    return broker.servers();
  }

  @Override
  public void close() {
    broker.close();
  }
}
