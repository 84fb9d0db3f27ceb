package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

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

  private final ChildProcess broker;
  private final String servers;

  private AdTopics(ChildProcess broker, String servers) {
    this.broker = broker;
    this.servers = servers;
  }

  /** Starts the broker and makes sure that the topics hold {@code events} events. */
  static AdTopics preloaded(Workplace place, long events)
      throws IOException, InterruptedException, ExecutionException {
    Path folder = place.data().resolve("ads-" + events);
    Path done = folder.resolve("written");
    if (!Files.exists(done)) {
      Folders.delete(folder);
    }
    AdTopics topics = start(place, folder.resolve("kafka"));
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
    AdTopics topics = start(place, folder);
    topics.createTopics();
    return topics;
  }

  private static AdTopics start(Workplace place, Path folder)
      throws IOException, InterruptedException {
    String port = Integer.toString(Workplace.freePort());
    String controllerPort = Integer.toString(Workplace.freePort());
    ChildProcess broker =
        ChildProcess.java(
            place,
            "broker",
            "harness",
            List.of("-Xmx512m", "-XX:+UseSerialGC"),
            List.of(Broker.class.getName(), folder.toString(), port, controllerPort));
    try {
      broker.await("ready", Duration.ofSeconds(60));
      return new AdTopics(broker, "127.0.0.1:" + port);
    } catch (IllegalStateException | InterruptedException e) {
      broker.close();
      throw e;
    }
  }

  /** The broker's address, for clients. */
  String servers() {
    return servers;
  }

  private void createTopics() throws InterruptedException, ExecutionException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(AdTraffic.IMPRESSIONS, AdTraffic.PARTITIONS, (short) 1),
                  new NewTopic(AdTraffic.CLICKS, AdTraffic.PARTITIONS, (short) 1)))
          .all()
          .get();
    }
  }

  /** A producer for JSON bytes, tuned for throughput or for delay. */
  KafkaProducer<byte[], byte[]> producer(int lingerMillis) {
    Properties options = new Properties();
    options.put("bootstrap.servers", servers);
    options.put("acks", "all");
    options.put("linger.ms", Integer.toString(lingerMillis));
    options.put("batch.size", "131072");
    options.put("buffer.memory", "67108864");
    return new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private void write(long events) {
    AdTraffic traffic = new AdTraffic(SEED, START, events / (double) SPAN.toSeconds());
    List<AdEvent> closing =
        traffic.closing((START.getEpochSecond() + SPAN.toSeconds()) * 1_000_000);
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer = producer(20)) {
      for (long i = 0; i < events - closing.size(); i++) {
        send(producer, traffic.next(), failure);
      }
      closing.forEach(event -> send(producer, event, failure));
      producer.flush();
    }
    if (failure.get() != null) {
      throw new IllegalStateException("the topics could not be written", failure.get());
    }
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, AdEvent event, AtomicReference<Exception> failure) {
    producer.send(
        new ProducerRecord<>(
            event.topic(), event.partition(), event.arrivalMicros() / 1000, null, event.json()),
        (metadata, error) -> {
          if (error != null) {
            failure.set(error);
          }
        });
  }

  @Override
  public void close() {
    broker.close();
  }
}
