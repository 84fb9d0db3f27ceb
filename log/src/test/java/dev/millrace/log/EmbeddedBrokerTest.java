package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.testing.ChildJvm;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
  @Test
  void keepsRecordsTopicIdAndPortOverARestart(@TempDir Path folder) {
    int port;
    List<Topic> topics;
    List<Position> positions;
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
        TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      port = broker.port();
      topics = admin.ensure(List.of(TopicDeclaration.of("a", 2)));
      Records.write(broker.cluster(), "a", 0, 100);
      positions = Records.read(broker.cluster(), List.of("a"), List.of(), 100).positions();
      Records.write(broker.cluster(), "a", 100, 50);
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
        TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      assertThat(broker.port()).isEqualTo(port);
      assertThat(admin.ensure(List.of(TopicDeclaration.of("a", 2)))).isEqualTo(topics);
      assertThat(Records.read(broker.cluster(), List.of("a"), positions, 50).numbers())
          .containsExactlyInAnyOrderElementsOf(Records.range(100, 150));
    }
  }

  @Test
  void refusesAFolderInUseAPortInUseAndANewerFolder(@TempDir Path folder) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      assertThat(broker.port()).isPositive();
      assertThatThrownBy(() -> EmbeddedBroker.start(folder, 0))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("used by another process")
          .hasMessageContaining("BROKER_FOLDER_LOCKED");
    }
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedBroker.start(folder, taken.getLocalPort()))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageContaining("BROKER_PORT_IN_USE");
    }
    Files.writeString(folder.resolve("broker.properties"), "kafka=99.1.0\n");
    assertThatThrownBy(() -> EmbeddedBroker.start(folder, 0))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("written by Kafka 99.1.0")
        .hasMessageContaining("BROKER_FOLDER_NEWER");
  }

  @Test
  void takesAnotherPortIfTheLastOneIsTaken(@TempDir Path folder) throws Exception {
    int last;
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      last = broker.port();
    }
    try (ServerSocket taken = new ServerSocket(last, 1, InetAddress.getLoopbackAddress());
        EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      assertThat(broker.port()).isNotEqualTo(taken.getLocalPort());
      Records.awaitConnected(broker.cluster(), Duration.ofSeconds(5));
    }
  }

  @Test
  void saysSoWhenItLosesItsFolderAndLeavesTheProcessAlone(@TempDir Path folder) throws Exception {
    List<Problem> fatal = new CopyOnWriteArrayList<>();
    EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0, fatal::add);
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      admin.ensure(List.of(TopicDeclaration.of("a", 1)));
      try (var files = Files.walk(folder.resolve("kafka/data"))) {
        files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
      }
      // A new topic needs a new folder, which cannot be made.
      assertThatThrownBy(
          () -> {
            while (fatal.isEmpty()) {
              admin.ensure(List.of(TopicDeclaration.of("b" + System.nanoTime(), 1)));
            }
            throw new IllegalStateException("told");
          });
      Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !fatal.isEmpty());
      assertThat(fatal).hasSize(1);
      assertThat(fatal.get(0).code()).isEqualTo(LogError.BROKER_FAILED);
    }
    broker.close();
    // Close gave the folder back.
    try (EmbeddedBroker fresh = EmbeddedBroker.start(folder.resolve("kafka"), 0)) {
      assertThat(fresh.port()).isPositive();
    }
  }

  @Test
  @Tag("slow")
  void startsSoonAfterAKill(@TempDir Path folder) {
    String data = folder.resolve("kafka").toString();
    try (ChildJvm child = ChildJvm.start(SourceChild.class, Map.of(), data, "a", "1000000")) {
      child.awaitOutput("broker is up", Duration.ofSeconds(60));
      child.kill();
    }
    long begin = System.nanoTime();
    try (EmbeddedBroker broker = EmbeddedBroker.start(Path.of(data), 0)) {
      Records.awaitConnected(broker.cluster(), Duration.ofSeconds(10));
      long millis = (System.nanoTime() - begin) / 1_000_000;
      System.out.println("started " + millis + " ms after a kill");
      assertThat(millis).isLessThan(30_000);
    }
  }

  @Test
  void comparesVersionsByNumber() {
    assertThat(BrokerFolder.compareVersions("4.10.0", "4.9.1")).isPositive();
    assertThat(BrokerFolder.compareVersions("4.3", "4.3.0")).isZero();
    assertThat(BrokerFolder.compareVersions("0", "4.3.1")).isNegative();
  }
}
