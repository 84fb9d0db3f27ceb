package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A {@link Broker} that runs, and writing to its topics. */
final class BrokerProcess implements AutoCloseable {
  private final ChildProcess process;
  private final String servers;
  private final Admin admin;

  private BrokerProcess(ChildProcess process, String servers) {
    this.process = process;
    this.servers = servers;
    this.admin = Admin.create(Map.of("bootstrap.servers", servers));
  }

  /** Starts one over a folder, which may have the topics of one before. */
  static BrokerProcess start(Workplace place, Path folder)
      throws IOException, InterruptedException {
    String port = Integer.toString(Workplace.freePort());
    String controllerPort = Integer.toString(Workplace.freePort());
    ChildProcess process =
        ChildProcess.java(
            place,
            "broker",
            "harness",
            List.of("-Xmx512m", "-XX:+UseSerialGC"),
            List.of(Broker.class.getName(), folder.toString(), port, controllerPort));
    try {
      process.await("ready", Duration.ofSeconds(60));
      return new BrokerProcess(process, "127.0.0.1:" + port);
    } catch (IllegalStateException | InterruptedException e) {
      process.close();
      throw e;
    }
  }

  /** Its address, for clients. */
  String servers() {
    return servers;
  }

  void createTopics(List<String> names, int partitions)
      throws InterruptedException, ExecutionException {
    createTopics(names, partitions, Map.of());
  }

  void createTopics(List<String> names, int partitions, Map<String, String> config)
      throws InterruptedException, ExecutionException {
    admin
        .createTopics(
            names.stream()
                .map(name -> new NewTopic(name, partitions, (short) 1).configs(config))
                .toList())
        .all()
        .get();
    // A producer that finds a leader not yet in office may be stuck for ever.
    for (String name : names) {
      awaitLeaders(name, partitions);
    }
  }

  private void awaitLeaders(String topic, int partitions)
      throws InterruptedException, ExecutionException {
    while (true) {
      try {
        end(topic, partitions);
        return;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
        Thread.sleep(10);
      }
    }
  }

  void deleteTopic(String name) throws InterruptedException, ExecutionException {
    admin.deleteTopics(List.of(name)).all().get();
  }

  /** The sum of the ends of a topic's partitions. */
  long end(String topic, int partitions) throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (int p = 0; p < partitions; p++) {
      ends.put(new TopicPartition(topic, p), OffsetSpec.latest());
    }
    return admin.listOffsets(ends).all().get().values().stream()
        .mapToLong(ListOffsetsResult.ListOffsetsResultInfo::offset)
        .sum();
  }

  /** How many committed records a topic has. */
  long records(String topic, int partitions) {
    AtomicLong count = new AtomicLong();
    read(topic, partitions, value -> count.incrementAndGet());
    return count.get();
  }

  /** Reads the committed records that a topic has now. */
  void read(String topic, int partitions, Consumer<byte[]> values) {
    List<TopicPartition> all =
        IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
    Map<String, Object> options =
        Map.of("bootstrap.servers", servers, "isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> values.accept(record.value()));
      }
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

  /** Writes records, as fast as it goes, until there are no more. */
  void write(Iterable<ProducerRecord<byte[], byte[]>> records) {
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer = producer(20)) {
      for (ProducerRecord<byte[], byte[]> record : records) {
        producer.send(
            record,
            (metadata, error) -> {
              if (error != null) {
                failure.set(error);
              }
            });
      }
      producer.flush();
    }
    if (failure.get() != null) {
      throw new IllegalStateException("the topics could not be written", failure.get());
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
    process.close();
  }
}
