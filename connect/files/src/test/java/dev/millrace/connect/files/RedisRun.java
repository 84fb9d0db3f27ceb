package dev.millrace.connect.files;

import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.option.Options;
import dev.millrace.connect.files.redis.RedisAddress;
import dev.millrace.log.Cluster;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.SourceRunner;
import dev.millrace.log.SourceState;
import dev.millrace.log.SourceTask;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.testing.OptionValues;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;

/** A source of files into a real topic, with its ledger in a real Redis. */
final class RedisRun {
  static final Duration LIMIT = Duration.ofSeconds(60);
  static final String HASH = "millrace:files:project:test";
  static final String LEDGER_TOPIC = "_millrace.ledger.project.test";

  private RedisRun() {}

  /** Files with numbered rows. */
  static void write(Path in, int files, int rows) throws Exception {
    Files.createDirectories(in);
    for (int file = 0; file < files; file++) {
      int first = file * rows;
      Files.writeString(
          in.resolve("f%02d.csv".formatted(file)),
          IntStream.range(first, first + rows)
              .mapToObj(i -> i + ",x")
              .collect(Collectors.joining("\n", "id,name\n", "\n")));
    }
  }

  /**
   * The source.
   *
   * @param redis what the embedded system said
   * @param options of the source
   */
  static SourceTask task(Path in, Map<String, ?> redis, String... options) {
    Map<String, String> texts = new HashMap<>();
    redis.forEach((k, v) -> texts.put(k, v.toString()));
    return task(in, Optional.of(OptionValues.of(RedisAddress.OPTIONS, texts)), options);
  }

  /** The same source with its ledger in Kafka only. */
  static SourceTask inKafka(Path in) {
    return task(in, Optional.empty());
  }

  private static SourceTask task(Path in, Optional<Options> ledger, String... options) {
    FilesRun run = new FilesRun(in).stream("files", "*.csv");
    for (int i = 0; i < options.length; i += 2) {
      run.source(options[i], options[i + 1]);
    }
    SourceContext context = run.context();
    return new SourceTask(
        "project",
        "test",
        new FilesConnector(),
        context.system(),
        Optional.empty(),
        ledger,
        context.options(),
        context.streams(),
        Map.of("rows", "rows"),
        context.scope(),
        context.folder(),
        Map.of(),
        context.clock());
  }

  static void ensureTopic(EmbeddedBroker broker) {
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      admin.ensure(List.of(TopicDeclaration.of("rows", 1)));
    }
  }

  /** Runs a source with {@code once} until it ends. */
  static void runToEnd(EmbeddedBroker broker, SourceTask task) {
    try (SourceRunner runner = SourceRunner.start(broker.cluster(), task)) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> runner.state().status() == SourceState.Status.ENDED);
    }
  }

  /** A connection of another tool's. */
  static Jedis connect(Map<String, ?> redis) {
    Jedis jedis = new Jedis(URI.create(String.valueOf(redis.get("url"))));
    jedis.auth(String.valueOf(redis.get("user")), String.valueOf(redis.get("password")));
    return jedis;
  }

  /** The committed records of a topic, as {@code key=value}; of {@code rows} the values. */
  static List<String> read(Cluster cluster, String topic) {
    Map<String, Object> properties = cluster.clientProperties("test");
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    TopicPartition partition = new TopicPartition(topic, 0);
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(r -> values.add(topic.equals("rows") ? r.value() : r.key() + "=" + r.value()));
      }
    }
    return values;
  }

  /** Runs the source until it ends or is killed: the broker's address, folder, Redis's options. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      Map<String, String> redis = Map.of("url", args[2], "user", args[3], "password", args[4]);
      SourceTask task = task(Path.of(args[1]), redis);
      try (SourceRunner runner = SourceRunner.start(Cluster.of(args[0]), task)) {
        Awaitility.await().forever().until(() -> isOver(runner.state().status()));
        if (runner.state().status() == SourceState.Status.FAILED) {
          System.out.println(runner.state());
          System.exit(3);
        }
      }
      System.exit(0);
    }

    private static boolean isOver(SourceState.Status status) {
      return status == SourceState.Status.ENDED || status == SourceState.Status.FAILED;
    }
  }
}
