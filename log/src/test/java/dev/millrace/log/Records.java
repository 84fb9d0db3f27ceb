package dev.millrace.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** Numbered records for tests: written as texts, read back as numbers. */
final class Records {
  private Records() {}

  /** What was read and where to go on. */
  record Read(List<Integer> numbers, List<Position> positions) {}

  static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  static KafkaProducer<byte[], byte[]> producer(Cluster cluster) {
    Map<String, Object> properties = cluster.clientProperties("test-producer");
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  static void write(Cluster cluster, String topic, int from, int count) {
    try (var producer = producer(cluster)) {
      for (int i = from; i < from + count; i++) {
        byte[] text = Integer.toString(i).getBytes(UTF_8);
        producer.send(new ProducerRecord<>(topic, text, text));
      }
    }
  }

  static Read read(
      Cluster cluster, Collection<String> topics, Collection<Position> positions, int count) {
    try (TopicReader reader =
        TopicReader.open(cluster, ReaderOptions.defaults(), topics, positions)) {
      return new Read(read(reader, count), reader.positions());
    }
  }

  /** Reads at least {@code count} records, waiting twenty seconds at most. */
  static List<Integer> read(TopicReader reader, int count) {
    List<Integer> numbers = new ArrayList<>();
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (numbers.size() < count) {
      addNumbers(poll(reader, Duration.ofMillis(100)), numbers);
      if (System.nanoTime() > deadline) {
        throw new AssertionError("read " + numbers.size() + " of " + count + " records");
      }
    }
    return numbers;
  }

  /** True if nothing will follow from a source, for better or worse. */
  static boolean isOver(SourceRunner runner) {
    return switch (runner.state().status()) {
      case ENDED, FAILED, STOPPED -> true;
      default -> false;
    };
  }

  static RecordBatch poll(TopicReader reader, Duration wait) {
    Map<String, TopicRecords.Builder> builders = new TreeMap<>();
    int count =
        reader.poll(
            wait,
            (topic, partition, part) ->
                builders.computeIfAbsent(topic, TopicRecords.Builder::new).addAll(partition, part));
    return new RecordBatch(
        builders.values().stream().map(TopicRecords.Builder::build).toList(), count);
  }

  static void addNumbers(RecordBatch batch, List<Integer> numbers) {
    for (TopicRecords topic : batch.topics()) {
      for (int i = 0; i < topic.size(); i++) {
        numbers.add(
            Integer.valueOf(
                new String(topic.bytes(), topic.valueStart(i), topic.valueLength(i), UTF_8)));
      }
    }
  }

  static void awaitConnected(Cluster cluster, Duration limit) {
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      Awaitility.await().atMost(limit).until(() -> admin.describe(List.of("none")).isEmpty());
    }
  }
}
