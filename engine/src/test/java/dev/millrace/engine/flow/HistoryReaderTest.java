package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.Position;
import dev.millrace.log.Topic;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.log.TopicRecords;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read again ends where it should, and not before. */
class HistoryReaderTest {
  @TempDir Path folder;

  @Test
  void aPartitionThatTheReaderDoesNotKnowYetIsReadToo() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
        TopicAdmin topics = TopicAdmin.open(broker.cluster())) {
      topics.ensure(List.of(TopicDeclaration.of("t", 1)));
      Topic topic = topics.describe(List.of("t")).values().iterator().next();
      Map<String, Object> properties = Map.copyOf(broker.cluster().clientProperties("test"));
      Position first = new Position("t", topic.id(), 0, 0);
      try (HistoryReader reader =
              new HistoryReader(broker.cluster(), List.of("t"), List.of(first));
          Admin admin = Admin.create(new HashMap<>(properties));
          KafkaProducer<byte[], byte[]> producer =
              new KafkaProducer<>(
                  properties, new ByteArraySerializer(), new ByteArraySerializer())) {
        admin.createPartitions(Map.of("t", NewPartitions.increaseTo(2))).all().get();
        for (int i = 0; i < 5; i++) {
          byte[] value = ("v" + i).getBytes(StandardCharsets.UTF_8);
          producer.send(new ProducerRecord<>("t", i < 2 ? 0 : 1, null, value)).get();
        }
        List<Position> ends = List.of(first.at(2), new Position("t", topic.id(), 1, 3));
        reader.goTo(ends);
        assertThat(reader.isThere()).isFalse();
        assertThat(Past.distance(reader.positions(), ends)).isEqualTo(5);
        assertThat(Past.distance(List.of(first), ends)).isEqualTo(5);
        int[] read = new int[1];
        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () -> {
                  read[0] += reader.next().stream().mapToInt(TopicRecords::size).sum();
                  return reader.isThere();
                });
        assertThat(read[0]).isEqualTo(5);
        assertThat(Past.distance(reader.positions(), ends)).isZero();
      }
    }
  }
}
