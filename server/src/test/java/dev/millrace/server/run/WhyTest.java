package dev.millrace.server.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.engine.Status.Health;
import dev.millrace.log.Cluster;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.server.StoreClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One project in which much does not come through, each for a reason of its own. */
class WhyTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir Path folder;

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static String stream(String name, String more) {
    return """
          - name: %s
            topic: %s
            event_time: ts
            %s
            columns: [{name: id, type: BIGINT}, {name: ts, type: TIMESTAMPTZ}]
    """
        .formatted(name, name, more);
  }

  private Project project(String kafka) throws IOException {
    write(
        "millrace.yml",
        "name: why\ntargets:\n  dev:\n    kafka: {url: \"%s\"}\n    other: {type: kafka, url: \"127.0.0.1:1\"}\n"
            .formatted(kafka));
    write(
        "sources/s.yml",
        "sources:\n  - name: s\n    streams:\n"
            + stream("good", "idle_after: 1 second")
            + stream("halved", "partitions: 2\n        idle_after: 1 hour")
            + stream("malformed", "idle_after: 1 second")
            + stream("strict", "on_schema_change: stop")
            + stream("silent", "idle_after: 1 second"));
    String model =
        "{{ config(materialized='stream'%s) }}\nSELECT %s FROM {{ source('s', '%s') }} %s\n";
    write("models/none.sql", model.formatted("", "id", "good", "WHERE id < 0"));
    write("models/all_rows.sql", model.formatted("", "id, ts", "good", ""));
    String minute = "time_bucket(INTERVAL 1 MINUTE, ts) AS minute, count(*) AS n";
    write(
        "models/minutes.sql",
        model.formatted(", emit='on_close'", minute, "halved", "GROUP BY minute"));
    write("models/of_bad.sql", model.formatted("", "id, ts", "malformed", ""));
    write("models/of_strict.sql", model.formatted("", "id, ts", "strict", ""));
    write("models/of_silent.sql", model.formatted("", "id, ts", "silent", ""));
    write(
        "models/on_top.sql",
        "{{ config(materialized='stream') }}\nSELECT id FROM {{ ref('of_bad') }}\n");
    write("sinks/k.yml", "sinks:\n  - {name: away, from: all_rows, system: other, mode: append}\n");
    return new ProjectLoader(new Connectors().all(), new DbtTemplates(), Map.of())
        .load(folder, null);
  }

  private static void send(Cluster cluster) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            cluster.clientProperties("test"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      Instant now = Instant.now();
      producer.send(new ProducerRecord<>("strict", 0, null, "{\"id\": 3.5}".getBytes(UTF_8))).get();
      for (int i = 0; i < 50; i++) {
        String row = "{\"id\": %d, \"ts\": \"%s\"}".formatted(i, now.minusSeconds(100 - i));
        producer.send(new ProducerRecord<>("good", 0, null, row.getBytes(UTF_8))).get();
        producer.send(new ProducerRecord<>("halved", 1, null, row.getBytes(UTF_8))).get();
        producer.send(new ProducerRecord<>("malformed", 0, null, "{oops".getBytes(UTF_8))).get();
      }
    }
  }

  private Project loaded() {
    return new ProjectLoader(new Connectors().all(), new DbtTemplates(), Map.of())
        .load(folder, null);
  }

  private JsonNode why(String asset) {
    return StoreClient.of(folder).why(asset, this::loaded);
  }

  private static List<String> causes(JsonNode why) {
    return StreamSupport.stream(why.path("reasons").spliterator(), false)
        .map(r -> r.path("cause").asText() + " " + r.path("about").asText())
        .toList();
  }

  private static String words(JsonNode why) {
    return why.path("reasons").toString();
  }

  @Test
  void saysWhyThereIsNoOutput() throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
      Project project = project(broker.cluster().url());
      try (RunningProject running =
          RunningProject.begin(
              new RunOptions(project, OptionalInt.empty(), false, false, 128L << 20), line -> {})) {
        Connectors connectors = new Connectors();
        running.open(SmallShop.compile(project, connectors), connectors, line -> {});
        send(broker.cluster());
        Awaitility.await()
            .atMost(LIMIT)
            .until(
                () -> {
                  var status = running.engine().status();
                  return status.sources().stream().mapToLong(s -> s.rows() + s.rejected()).sum()
                          == 150
                      && status.sinks().get(0).reason().isPresent()
                      && status.sources().stream().anyMatch(s -> s.health() == Health.STOPPED);
                });
        assertRunning();
      }
    }
    assertStopped();
  }

  private void assertRunning() {
    JsonNode none = why("none");
    assertThat(causes(none)).contains("filtered none");
    assertThat(words(none)).contains("`s.good` has 50 rows, and the query has made no row of them");

    JsonNode minutes = why("minutes");
    assertThat(causes(minutes)).startsWith("watermark_held s.halved", "windows_open minutes");
    assertThat(words(minutes))
        .contains("partition 0 of topic `halved` has had no row yet and is not idle")
        .contains("of its state are in open ones")
        .contains("idle_after");
    assertThat(minutes.path("partitions").path(0).path("holds_watermark").asBoolean()).isTrue();
    assertThat(minutes.path("partitions").path(1).path("holds_watermark").asBoolean()).isFalse();
    assertThat(minutes.path("open_windows").path(0).path("rows").asLong()).isBetween(1L, 2L);

    for (String asset : List.of("s.malformed", "of_bad", "on_top")) {
      JsonNode bad = why(asset);
      assertThat(causes(bad)).as(asset).containsExactly("all_refused s.malformed");
      assertThat(words(bad)).contains("50 records rejected", "not valid JSON", "millrace replay");
    }

    assertThat(causes(why("of_silent"))).containsExactly("nothing_came s.silent");
    assertThat(words(why("of_silent"))).contains("somebody else writes it");

    assertStrict();

    JsonNode away = why("away");
    assertThat(away.path("asset").asText()).isEqualTo("sink:away");
    assertThat(causes(away)).startsWith("retrying sink:away", "not_delivered sink:away");
    assertThat(words(away)).contains("127.0.0.1:1", "50 changes wait", "it has never delivered");

    JsonNode fine = why("all_rows");
    assertThat(causes(fine)).hasSize(1);
    assertThat(causes(fine).get(0)).isIn("silent s.good", "none all_rows");

    assertThatThrownBy(() -> why("minute"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("did you mean `minutes`?");
    assertUnknown();
  }

  /** The same problem whether an instance runs or not. */
  private void assertUnknown() {
    assertThatThrownBy(() -> why("no_such_thing"))
        .isInstanceOfSatisfying(
            StopException.class,
            e -> {
              assertThat(e.problem().code().name()).isEqualTo("NOT_FOUND");
              assertThat(e.problem().message()).isEqualTo("there is no asset `no_such_thing`");
              assertThat(e.problem().hint()).contains("`s.good`", "`minutes`");
            });
  }

  /** A flow that has stopped at a record says so while it runs and afterwards. */
  private void assertStrict() {
    JsonNode strict = why("of_strict");
    assertThat(causes(strict)).contains("stopped s.strict").doesNotContain("stopped of_strict");
    assertThat(words(strict))
        .contains("rejected the record at strict/0@0: field `id` is not of type BIGINT: 3.5")
        .contains("`on_schema_change: stop`", "aliases")
        .doesNotContain("on_bad");
    Awaitility.await()
        .atMost(LIMIT)
        .until(
            () ->
                StoreClient.of(folder)
                    .query("SELECT hint FROM system.errors WHERE code = 'BAD_RECORD'")
                    .path("rows")
                    .toString()
                    .contains("on_schema_change"));
  }

  /** The same from the store alone. */
  private void assertStopped() {
    JsonNode minutes = why("minutes");
    assertThat(minutes.path("running").asBoolean()).isFalse();
    assertThat(causes(minutes))
        .startsWith("not_running minutes", "watermark_held s.halved", "windows_open minutes");
    assertThat(causes(why("s.malformed"))).contains("all_refused s.malformed");
    JsonNode rows =
        StoreClient.of(folder)
            .query(
                "SELECT operator, \"rows\", bytes > 0, bounded FROM system.state WHERE asset ="
                    + " 'minutes' ORDER BY 1");
    assertThat(rows.path("rows").toString()).contains("[\"result\",0,false,false]", ",true,true]");
    assertStrict();
    assertUnknown();
    assertThatThrownBy(() -> StoreClient.of(folder).replay(Optional.of("s.strct"), this::loaded))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("did you mean `s.strict`?");
    assertThat(StoreClient.of(folder).replay(Optional.of("s.good"), this::loaded)).isZero();
  }
}
