package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.admission.DecodedRecords;
import dev.millrace.log.Cluster;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.Position;
import dev.millrace.log.ReaderOptions;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.log.TopicReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whenever a batch is taken, its positions are behind its records: law 2 rests on it. */
@Timeout(120)
final class IntakeTest {
  private static final int PARTITIONS = 16;
  private static final int RECORDS = 80_000;

  @TempDir Path folder;

  /** Small fetches of many partitions, so that most batches are taken in the middle of a poll. */
  @Test
  void positionsGoWithRecordsInTheMiddleOfAPoll() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
        FlowHarness flow =
            new FlowHarness(folder.resolve("store"), Clock.systemUTC())
                .source("s", "t", "ts", Duration.ZERO, Optional.empty(), "ts TIMESTAMPTZ")
                .open()) {
      write(broker.cluster());
      try (TopicReader reader =
              TopicReader.open(
                  broker.cluster(), new ReaderOptions(2_000, 4_096), List.of("s.t"), List.of());
          Intake intake = new Intake("test", reader, flow.runner().sources())) {
        long[] next = new long[PARTITIONS];
        int taken = 0;
        while (taken < RECORDS) {
          Intake.Taken batch = intake.take();
          for (DecodedRecords decoded : batch.records()) {
            for (int i = 0; i < decoded.records().size(); i++) {
              int partition = decoded.records().partition(i);
              assertThat(decoded.records().offset(i)).isEqualTo(next[partition]);
              next[partition]++;
              taken++;
            }
          }
          for (Position position : batch.positions()) {
            assertThat(position.nextOffset()).isEqualTo(next[position.partition()]);
          }
          intake.release();
        }
      }
    }
  }

  private static void write(Cluster cluster) throws Exception {
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      admin.ensure(List.of(TopicDeclaration.of("s.t", PARTITIONS)));
    }
    byte[] value = "{\"ts\":\"2026-01-01T11:00:00Z\"}".getBytes(StandardCharsets.UTF_8);
    List<Future<?>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            cluster.clientProperties("test"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        sent.add(producer.send(new ProducerRecord<>("s.t", i % PARTITIONS, null, value)));
      }
    }
    for (Future<?> one : sent) {
      one.get();
    }
  }
}
