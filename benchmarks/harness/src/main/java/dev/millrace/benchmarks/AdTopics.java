package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A broker whose two topics hold a given number of events. The first time they are written, which
 * takes about half a minute for 5 million; later the same files are served again.
 */
final class AdTopics implements AutoCloseable {
  /** When the preloaded traffic starts; any fixed moment does. */
  static final Instant START = Instant.parse("2026-01-05T00:00:00Z");

  /** How long the preloaded traffic lasts in event time. */
  static final Duration SPAN = Duration.ofHours(1);

  private static final long SEED = 42;

  private final BrokerProcess broker;

  private AdTopics(BrokerProcess broker) {
    this.broker = broker;
  }

  /** Starts the broker and makes sure that the topics hold {@code events} events. */
  static AdTopics preloaded(Workplace place, long events)
      throws IOException, InterruptedException, ExecutionException {
    Path folder = place.data().resolve("ads-" + events);
    Path done = folder.resolve("written");
    if (!Files.exists(done)) {
      Folders.delete(folder);
    }
    AdTopics topics = new AdTopics(BrokerProcess.start(place, folder.resolve("kafka")));
    if (!Files.exists(done)) {
      topics.createTopics();
      topics.write(events);
      Files.writeString(done, events + " events, seed " + SEED + "\n");
    }
    return topics;
  }

  /** A broker with the two topics, empty. */
  static AdTopics empty(Workplace place, String name)
      throws IOException, InterruptedException, ExecutionException {
    Path folder = place.runs().resolve(name + "-kafka");
    Folders.delete(folder);
    AdTopics topics = new AdTopics(BrokerProcess.start(place, folder));
    topics.createTopics();
    return topics;
  }

  /** The broker's address, for clients. */
  String servers() {
    return broker.servers();
  }

  private void createTopics() throws InterruptedException, ExecutionException {
    broker.createTopics(List.of(AdTraffic.IMPRESSIONS, AdTraffic.CLICKS), AdTraffic.PARTITIONS);
  }

  /** A producer for JSON bytes, tuned for throughput or for delay. */
  KafkaProducer<byte[], byte[]> producer(int lingerMillis) {
    return broker.producer(lingerMillis);
  }

  private void write(long events) {
    AdTraffic traffic = new AdTraffic(SEED, START, events / (double) SPAN.toSeconds());
    List<AdEvent> closing =
        traffic.closing((START.getEpochSecond() + SPAN.toSeconds()) * 1_000_000);
    Stream<AdEvent> open =
        LongStream.range(0, events - closing.size()).mapToObj(i -> traffic.next());
    broker.write(Stream.concat(open, closing.stream()).map(AdTopics::record)::iterator);
  }

  private static ProducerRecord<byte[], byte[]> record(AdEvent event) {
    return new ProducerRecord<>(
        event.topic(), event.partition(), event.arrivalMicros() / 1000, null, event.json());
  }

  @Override
  public void close() {
    broker.close();
  }
}
