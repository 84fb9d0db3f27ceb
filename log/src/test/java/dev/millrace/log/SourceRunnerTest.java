package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Seeds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceRunnerTest {
  private static final Duration LIMIT = Duration.ofSeconds(40);

  @Test
  void stopsResumesAndEnds() {
    Cluster cluster = SharedBroker.cluster();
    SourceTask task =
        CountingSource.task(cluster, "resumed", new CountingSource.Counter(3_000, 10, 0));
    long before;
    try (SourceRunner runner = SourceRunner.start(cluster, task)) {
      Awaitility.await().atMost(LIMIT).until(() -> runner.state().records() > 500);
      runner.close();
      before = runner.state().records();
      assertThat(before).isLessThan(3_000);
      assertThat(runner.state().status()).isEqualTo(SourceState.Status.STOPPED);
    }
    try (SourceRunner runner = SourceRunner.start(cluster, task)) {
      awaitEnd(runner);
      assertThat(runner.state().records()).isEqualTo(3_000 - before);
    }
    assertExactly(cluster, "resumed", 3_000);
    try (SourceRunner again = SourceRunner.start(cluster, task)) {
      awaitEnd(again);
      assertThat(again.state().records()).isZero();
    }
  }

  @Test
  void retriesPassingFaultsWithoutLossOrRepetition() {
    Cluster cluster = SharedBroker.cluster();
    SourceTask task =
        CountingSource.task(cluster, "retried", new CountingSource.Counter(1_500, 7, 90));
    try (SourceRunner runner = SourceRunner.start(cluster, task)) {
      awaitEnd(runner);
    }
    assertExactly(cluster, "retried", 1_500);
  }

  @Test
  void aRivalIsNoticedAndNothingIsWrittenTwice() {
    Cluster cluster = SharedBroker.cluster();
    SourceTask task =
        CountingSource.task(cluster, "rivals", new CountingSource.Counter(100_000, 5, 0));
    try (SourceRunner first = SourceRunner.start(cluster, task)) {
      Awaitility.await().atMost(LIMIT).until(() -> first.state().records() > 100);
      try (SourceRunner second = SourceRunner.start(cluster, task)) {
        Awaitility.await()
            .atMost(LIMIT)
            .until(() -> Records.isOver(first) || Records.isOver(second));
        SourceRunner loser = Records.isOver(first) ? first : second;
        assertThat(loser.state().status()).isEqualTo(SourceState.Status.FAILED);
        assertThat(loser.state().problems().get(0).code()).isEqualTo(LogError.SOURCE_FENCED);
      }
    }
    List<Integer> numbers = committed(cluster, "rivals");
    assertThat(numbers).doesNotHaveDuplicates();
    assertThat(numbers).containsExactlyInAnyOrderElementsOf(Records.range(0, numbers.size()));
  }

  @Test
  void isExactlyOnceOverKillsAroundTheCommit() throws Exception {
    Cluster cluster = SharedBroker.cluster();
    Random random = Seeds.random("kills");
    for (int i = 0; i < 4; i++) {
      String point = i % 2 == 0 ? "source-before-commit" : "source-after-commit";
      Map<String, String> fault = Map.of("millrace.fault", point + ":" + (1 + random.nextInt(15)));
      try (ChildJvm child =
          ChildJvm.start(SourceChild.class, fault, cluster.url(), "killed", "3000")) {
        assertThat(child.awaitExit(LIMIT)).as(child.output()).isEqualTo(FaultPoint.EXIT_CODE);
      }
    }
    try (ChildJvm child =
        ChildJvm.start(SourceChild.class, Map.of(), cluster.url(), "killed", "3000")) {
      assertThat(child.awaitExit(LIMIT)).as(child.output()).isZero();
    }
    assertExactly(cluster, "killed", 3_000);
  }

  @Test
  @Tag("long")
  void isExactlyOnceOverKillsOfBrokerAndSourceTogether(@TempDir Path folder) throws Exception {
    Random random = Seeds.random("kills");
    String data = folder.resolve("kafka").toString();
    for (int i = 0; i < 6; i++) {
      String point = i % 2 == 0 ? "source-before-commit" : "source-after-commit";
      Map<String, String> fault = Map.of("millrace.fault", point + ":" + (1 + random.nextInt(25)));
      try (ChildJvm child = ChildJvm.start(SourceChild.class, fault, data, "killed", "20000")) {
        assertThat(child.awaitExit(LIMIT)).as(child.output()).isEqualTo(FaultPoint.EXIT_CODE);
      }
    }
    try (ChildJvm child = ChildJvm.start(SourceChild.class, Map.of(), data, "killed", "20000")) {
      assertThat(child.awaitExit(Duration.ofMinutes(2))).as(child.output()).isZero();
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(Path.of(data), 0)) {
      assertExactly(broker.cluster(), "killed", 20_000);
    }
  }

  @Test
  void goesOnWhenTheBrokerComesBack(@TempDir Path folder) {
    EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
    Cluster cluster = broker.cluster();
    SourceTask task = CountingSource.task(cluster, "away", new CountingSource.Counter(4_000, 2, 0));
    try (SourceRunner runner = SourceRunner.start(cluster, task)) {
      Awaitility.await().atMost(LIMIT).until(() -> runner.state().records() > 100);
      broker.close();
      broker = EmbeddedBroker.start(folder, broker.port());
      awaitEnd(runner);
      assertExactly(cluster, "away", 4_000);
    } finally {
      broker.close();
    }
  }

  private static void awaitEnd(SourceRunner runner) {
    Awaitility.await().atMost(LIMIT).until(() -> Records.isOver(runner));
    assertThat(runner.state().status())
        .as(runner.state().toString())
        .isEqualTo(SourceState.Status.ENDED);
  }

  private static void assertExactly(Cluster cluster, String topic, int total) {
    assertThat(committed(cluster, topic))
        .containsExactlyInAnyOrderElementsOf(Records.range(0, total));
  }

  /** All committed numbers, up to the end as of now. */
  private static List<Integer> committed(Cluster cluster, String topic) {
    List<Integer> numbers = new ArrayList<>();
    try (TopicReader reader =
        TopicReader.open(cluster, ReaderOptions.defaults(), List.of(topic), List.of())) {
      Awaitility.await()
          .atMost(LIMIT)
          .pollDelay(Duration.ZERO)
          .until(
              () -> {
                RecordBatch batch = Records.poll(reader, Duration.ofMillis(300));
                Records.addNumbers(batch, numbers);
                return batch.isEmpty()
                    && reader.measureLag().stream().allMatch(PartitionLag::caughtUp);
              });
    }
    return numbers;
  }
}
