package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.log.Cluster;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.SourceRunner;
import dev.millrace.log.SourceState;
import dev.millrace.log.SourceTask;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Seeds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files into a real topic: rows and ledger are committed together, whatever is killed. */
class ExactlyOnceTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int FILES = 12;
  private static final int ROWS = 4_000;

  @TempDir Path folder;

  private Path in() throws Exception {
    Path in = Files.createDirectories(folder.resolve("in"));
    for (int file = 0; file < FILES; file++) {
      int first = file * ROWS;
      Files.writeString(
          in.resolve("f%02d.csv".formatted(file)),
          IntStream.range(first, first + ROWS)
              .mapToObj(i -> i + ",x")
              .collect(Collectors.joining("\n", "id,name\n", "\n")));
    }
    return in;
  }

  private static SourceTask task(Path in) {
    SourceContext context =
        new FilesRun(in)
            .source("after", "move").source("move_to", "done").stream("files", "*.csv").context();
    return new SourceTask(
        "project",
        "test",
        new FilesConnector(),
        context.system(),
        Optional.empty(),
        Optional.empty(),
        context.options(),
        context.streams(),
        Map.of("rows", "rows"),
        context.scope(),
        context.folder(),
        Map.of(),
        context.clock());
  }

  /** Runs the source against a broker until it ends. */
  static final class Child {
    private Child() {}

    /** The broker's address, and the folder. */
    public static void main(String[] args) throws Exception {
      try (SourceRunner runner = SourceRunner.start(Cluster.of(args[0]), task(Path.of(args[1])))) {
        Awaitility.await().forever().until(() -> isOver(runner.state().status()));
        if (runner.state().status() == SourceState.Status.FAILED) {
          System.out.println(runner.state());
          System.exit(3);
        }
      }
      System.exit(0);
    }
  }

  private static boolean isOver(SourceState.Status status) {
    return status == SourceState.Status.ENDED || status == SourceState.Status.FAILED;
  }

  private static void ensure(Cluster cluster) {
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      admin.ensure(List.of(TopicDeclaration.of("rows", 1)));
    }
  }

  @Test
  void writesRowsWithHeadersAndTheLedgerInOneTransaction() throws Exception {
    Path in = in();
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0)) {
      ensure(broker.cluster());
      try (SourceRunner runner = SourceRunner.start(broker.cluster(), task(in))) {
        Awaitility.await()
            .atMost(LIMIT)
            .until(() -> runner.state().status() == SourceState.Status.ENDED);
      }
      assertThat(read(broker.cluster(), "rows")).hasSize(FILES * ROWS).doesNotHaveDuplicates();
      assertThat(read(broker.cluster(), "_millrace.ledger.project.test"))
          .filteredOn(v -> v.contains("\"state\":\"done\""))
          .hasSize(FILES);
      assertThat(in.resolve("done/f00.csv")).exists();
      assertThat(in.resolve("f00.csv")).doesNotExist();
    }
  }

  @Test
  @Tag("slow")
  void isExactlyOnceOverKillsAroundTheCommit() throws Exception {
    Path in = in();
    Random random = Seeds.random("kills");
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0)) {
      ensure(broker.cluster());
      String url = broker.cluster().url();
      int exit = FaultPoint.EXIT_CODE;
      for (int i = 0; exit == FaultPoint.EXIT_CODE; i++) {
        String point = i % 2 == 0 ? "source-before-commit" : "source-after-commit";
        Map<String, String> fault =
            i < 8 ? Map.of("millrace.fault", point + ":" + (1 + random.nextInt(3))) : Map.of();
        try (ChildJvm child = ChildJvm.start(Child.class, fault, url, in.toString())) {
          exit = child.awaitExit(LIMIT);
          assertThat(exit).as(child.output()).isIn(0, FaultPoint.EXIT_CODE);
        }
      }
      List<String> rows = read(broker.cluster(), "rows");
      assertThat(rows).hasSize(FILES * ROWS).doesNotHaveDuplicates();
    }
  }

  private static List<String> read(Cluster cluster, String topic) {
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
            .forEach(
                r -> {
                  values.add(r.value());
                  if (topic.equals("rows")) {
                    byte[] file = r.headers().lastHeader("file").value();
                    assertThat(new String(file, StandardCharsets.UTF_8)).endsWith(".csv");
                  }
                });
      }
    }
    return values;
  }
}
