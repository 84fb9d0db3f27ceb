package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
  void comparesVersionsByNumber() {
    assertThat(BrokerFolder.compareVersions("4.10.0", "4.9.1")).isPositive();
    assertThat(BrokerFolder.compareVersions("4.3", "4.3.0")).isZero();
    assertThat(BrokerFolder.compareVersions("0", "4.3.1")).isNegative();
  }
}
