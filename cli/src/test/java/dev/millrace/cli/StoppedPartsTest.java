package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.Cluster;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.PartitionReader;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A part that has stopped stops nothing but itself. */
@Tag("slow")
class StoppedPartsTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void theOthersGoOnUntilNothingCan() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0)) {
      Cluster cluster = broker.cluster();
      write(
          "millrace.yml",
          "name: two\ntargets:\n  dev:\n    kafka: {url: \"" + cluster.url() + "\"}\n");
      part("strict", ", on_bad: fail");
      part("calm", "");
      send(cluster, "strict", row(1), "no record");
      send(cluster, "calm", row(1));
      try (ChildJvm run = ChildJvm.start(Millrace.class, Map.of(), "run", project().toString())) {
        Awaitility.await()
            .atMost(LIMIT)
            .until(() -> run.output().contains("what has stopped goes on once it is mended"));
        send(cluster, "calm", row(2));
        Awaitility.await().atMost(LIMIT).until(() -> delivered(cluster, "calm").size() == 2);
        assertThat(run.output()).contains("BAD_RECORD").doesNotContain("stopping");
      }
      // Ends with what can be done, and says that it is not all.
      send(cluster, "calm", row(3));
      assertThat(ended("--until-idle"))
          .startsWith("1 ")
          .containsOnlyOnce("error[BAD_RECORD]")
          .doesNotContain("everything is delivered");
      assertThat(delivered(cluster, "calm")).hasSize(3);
      // Nothing can go on without the part that has stopped.
      for (String kind : List.of("sources", "models", "sinks")) {
        String end = kind.equals("models") ? ".sql" : ".yml";
        Files.move(project().resolve(kind + "/calm" + end), folder.resolve(kind));
      }
      assertThat(ended()).startsWith("1 ").containsOnlyOnce("error[BAD_RECORD]");
      part("strict", "");
      assertThat(ended("--until-idle")).startsWith("0 ").contains("1 row admitted");
      assertThat(delivered(cluster, "strict")).hasSize(1);
    }
  }

  private static String row(int id) {
    return "{\"id\": " + id + ", \"at\": \"2025-01-01T00:00:00Z\"}";
  }

  private Path project() {
    return folder.resolve("two");
  }

  private String ended(String... options) {
    List<String> words = new ArrayList<>(List.of("run", project().toString()));
    words.addAll(List.of(options));
    try (ChildJvm run = ChildJvm.start(Millrace.class, Map.of(), words.toArray(String[]::new))) {
      return run.awaitExit(LIMIT) + " " + run.output();
    }
  }

  /** A source, a stream and a sink that have nothing to do with others. */
  private void part(String name, String option) throws IOException {
    write(
        "sources/" + name + ".yml",
        """
        sources:
          - name: %s
            streams:
              - {name: rows, topic: %s%s, event_time: at, columns: [{name: id, type: BIGINT}, {name: at, type: TIMESTAMPTZ}]}
        """
            .formatted(name, name, option));
    write(
        "models/" + name + ".sql",
        "{{ config(materialized='stream') }}\nSELECT * FROM {{ source('%s', 'rows') }}"
            .formatted(name));
    write(
        "sinks/" + name + ".yml",
        "sinks:\n  - {name: %s, from: %s, system: kafka, topic: %s_out, mode: append}\n"
            .formatted(name, name, name));
  }

  private void write(String file, String text) throws IOException {
    Path path = project().resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static void send(Cluster cluster, String topic, String... records) throws Exception {
    try (TopicAdmin admin = TopicAdmin.open(cluster);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                cluster.clientProperties("test"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      admin.ensure(List.of(TopicDeclaration.of(topic, 1)));
      for (String record : records) {
        producer.send(new ProducerRecord<>(topic, 0, null, record.getBytes(UTF_8))).get();
      }
    }
  }

  private static TreeSet<String> delivered(Cluster cluster, String name) {
    TreeSet<String> rows = new TreeSet<>();
    try (TopicAdmin admin = TopicAdmin.open(cluster);
        PartitionReader reader = new PartitionReader(cluster, "test")) {
      for (PartitionRange range : admin.ranges(admin.describe(List.of(name + "_out")).values())) {
        reader.read(range, LIMIT, record -> rows.add(new String(record.value(), UTF_8)));
      }
    }
    return rows;
  }
}
