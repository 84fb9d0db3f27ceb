package dev.millrace.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicReaderTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void readsWithinBoundsFromExactPositions() {
    Cluster cluster = SharedBroker.cluster();
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      admin.ensure(List.of(TopicDeclaration.of("a", 2), TopicDeclaration.of("b", 1)));
      Records.write(cluster, "a", 0, 1000);
      Records.write(cluster, "b", 1000, 500);
      List<Integer> all = new ArrayList<>();
      List<Position> positions = List.of();
      ReaderOptions options = new ReaderOptions(170, 1 << 20);
      while (all.size() < 1500) {
        try (TopicReader reader =
            TopicReader.open(cluster, options, List.of("a", "b"), positions)) {
          // Two readers of the same topics do not disturb each other.
          try (TopicReader other = TopicReader.open(cluster, options, List.of("b"), List.of())) {
            assertThat(Records.read(other, 1)).hasSizeLessThanOrEqualTo(170).contains(1000);
          }
          RecordBatch batch = Records.poll(reader, LIMIT);
          assertThat(batch.size()).isBetween(1, 170);
          Records.addNumbers(batch, all);
          positions = reader.positions();
        }
      }
      assertThat(all).containsExactlyInAnyOrderElementsOf(Records.range(0, 1500));
      assertThat(positions).hasSize(3);
      assertThat(positions.stream().mapToLong(Position::nextOffset).sum()).isEqualTo(1500);
    }
  }

  @Test
  void readsCommittedRecordsOnlyAndKnowsTheEnd() {
    Cluster cluster = SharedBroker.cluster();
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      admin.ensure(List.of(TopicDeclaration.of("committed", 1)));
      Map<String, Object> properties = cluster.clientProperties("p");
      properties.put("transactional.id", "t");
      try (var producer =
              new KafkaProducer<>(
                  properties, new ByteArraySerializer(), new ByteArraySerializer());
          TopicReader reader =
              TopicReader.open(
                  cluster, ReaderOptions.defaults(), List.of("committed"), List.of())) {
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("committed", "1".getBytes(UTF_8)));
        producer.flush();
        producer.abortTransaction();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("committed", "2".getBytes(UTF_8)));
        producer.commitTransaction();
        assertThat(Records.read(reader, 1)).containsExactly(2);
        Awaitility.await()
            .atMost(LIMIT)
            .until(
                () -> {
                  assertThat(Records.poll(reader, SHORT).isEmpty()).isTrue();
                  return reader.measureLag().get(0).caughtUp();
                });
        // Two records and two markers.
        assertThat(reader.positions().get(0).nextOffset()).isEqualTo(4);
        assertThat(reader.lag().get(0).offsets()).isZero();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("committed", "3".getBytes(UTF_8)));
        producer.commitTransaction();
        // The marker that makes the record visible is written a moment after the commit.
        Awaitility.await().atMost(LIMIT).until(() -> !reader.measureLag().get(0).caughtUp());
        assertThat(Records.read(reader, 1)).containsExactly(3);
      }
    }
  }

  @Test
  void refusesWhatTheLogCannotServe() throws Exception {
    Cluster cluster = SharedBroker.cluster();
    try (TopicAdmin admin = TopicAdmin.open(cluster);
        Admin kafka = Admin.create(cluster.clientProperties("test"))) {
      Topic a = admin.ensure(List.of(TopicDeclaration.of("served", 1))).get(0);
      Records.write(cluster, "served", 0, 10);
      kafka
          .deleteRecords(Map.of(new TopicPartition("served", 0), RecordsToDelete.beforeOffset(5)))
          .all()
          .get();
      assertStop(
          cluster, "served", position(a, 0, 2), "3 offsets were deleted before they were read");
      assertStop(cluster, "served", position(a, 0, 11), "the log has lost its newest records");
      assertStop(
          cluster, "served", position(a, 3, 0), "has 1 partitions, but partition 3 was read");
      assertStop(cluster, "none", position(a, 0, 0), "topic `none` does not exist");
      assertStop(
          cluster,
          "served",
          new Position("served", "another", 0, 5),
          "deleted and created again",
          "--fresh");
      assertThat(Records.read(cluster, List.of("served"), List.of(position(a, 0, 5)), 5).numbers())
          .containsExactlyElementsOf(Records.range(5, 10));
    }
  }

  @Test
  void noticesWhatHappensToATopicWhileItIsRead() throws Exception {
    Cluster cluster = SharedBroker.cluster();
    try (TopicAdmin admin = TopicAdmin.open(cluster);
        Admin kafka = Admin.create(cluster.clientProperties("test"))) {
      admin.ensure(List.of(TopicDeclaration.of("grows", 1), TopicDeclaration.of("again", 1)));
      Records.write(cluster, "grows", 0, 10);
      Records.write(cluster, "again", 10, 10);
      try (TopicReader grows =
              TopicReader.open(cluster, ReaderOptions.defaults(), List.of("grows"), List.of());
          TopicReader again =
              TopicReader.open(cluster, ReaderOptions.defaults(), List.of("again"), List.of())) {
        assertThat(Records.read(grows, 10)).hasSize(10);
        assertThat(Records.read(again, 10)).hasSize(10);
        kafka.createPartitions(Map.of("grows", NewPartitions.increaseTo(4))).all().get();
        Records.write(cluster, "grows", 10, 100);
        assertThat(Records.read(grows, 100))
            .containsExactlyInAnyOrderElementsOf(Records.range(10, 110));
        assertThat(grows.positions()).hasSize(4);

        admin.delete(List.of("again"));
        Awaitility.await().atMost(LIMIT).until(() -> admin.describe(List.of("again")).isEmpty());
        admin.ensure(List.of(TopicDeclaration.of("again", 1)));
        // As many as before and more: the offset alone would not tell.
        Records.write(cluster, "again", 1000, 20);
        assertThatThrownBy(() -> Records.read(again, 1000))
            .isInstanceOf(StopException.class)
            .hasMessageContaining("TOPIC_RECREATED");
      }
    }
  }

  @Test
  void waitsForABrokerThatIsAway(@TempDir Path folder) {
    EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
    int port = broker.port();
    Cluster cluster = broker.cluster();
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      admin.ensure(List.of(TopicDeclaration.of("a", 1)));
    }
    Records.write(cluster, "a", 0, 10);
    try (TopicReader reader =
        TopicReader.open(cluster, ReaderOptions.defaults(), List.of("a"), List.of())) {
      assertThat(Records.read(reader, 10)).hasSize(10);
      broker.close();
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                assertThat(Records.poll(reader, SHORT).isEmpty()).isTrue();
                return !reader.state().connected();
              });
      assertThat(reader.state().lastError())
          .hasValueSatisfying(e -> assertThat(e).contains("" + port));
      broker = EmbeddedBroker.start(folder, port);
      Records.write(cluster, "a", 10, 10);
      assertThat(Records.read(reader, 10)).containsExactlyElementsOf(Records.range(10, 20));
      assertThat(reader.state().connected()).isTrue();
    } finally {
      broker.close();
    }
  }

  private static Position position(Topic topic, int partition, long offset) {
    return new Position(topic.name(), topic.id(), partition, offset);
  }

  private static void assertStop(
      Cluster cluster, String topic, Position position, String... texts) {
    assertThatThrownBy(
            () ->
                TopicReader.open(
                    cluster, ReaderOptions.defaults(), List.of(topic), List.of(position)))
        .isInstanceOf(StopException.class)
        .hasMessageContainingAll(texts);
  }
}
