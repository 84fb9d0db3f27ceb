package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What `check` says of sinks to Kafka, all at once and each at its place. */
class KafkaSinkCheckTest {
  @TempDir Path folder;

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void project(String sinks) throws IOException {
    write("millrace.yml", "name: shop\ntargets:\n  dev:\n    kafka: embedded\n");
    write(
        "sources/shop.yml",
        """
        sources:
          - name: shop
            streams:
              - name: orders
                event_time: ts
                columns:
                  - {name: id, type: BIGINT}
                  - {name: tags, type: "VARCHAR[]"}
                  - {name: ts, type: TIMESTAMPTZ}
              - name: paid
                topic: paid
                event_time: ts
                columns:
                  - {name: id, type: BIGINT}
                  - {name: ts, type: TIMESTAMPTZ}
        """);
    write(
        "models/rows.sql",
        "{{ config(materialized='stream') }}\n"
            + "SELECT id, tags, ts FROM {{ source('shop', 'orders') }}\n");
    write(
        "models/counts.sql",
        "{{ config(materialized='stream') }}\n"
            + "SELECT id, count(*) AS n FROM {{ source('shop', 'paid') }} GROUP BY id\n");
    write("sinks/kafka.yml", sinks);
  }

  private String check() {
    StringWriter out = new StringWriter();
    CommandLine command = Millrace.command();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(out));
    command.execute("check", folder.toString());
    return out.toString();
  }

  @Test
  void everyFaultOfEverySinkIsFound() throws IOException {
    project(
        """
        sinks:
          - name: a
            from: rows
            system: kafka
            mode: append
            topic: "no topic"
            record_key: [tags]
            timestamp: tags
            headers: [idd]
          - name: b
            from: counts
            system: kafka
            mode: append
          - name: c
            from: counts
            system: kafka
            mode: debezium
            key: [n]
            record_key: [id]
            partitions: 0
          - name: d
            from: rows
            system: kafka
            mode: append
            topic: _millrace.positions
            config: {cleanup.policy: [compact]}
        """);
    assertThat(check())
        .contains("sinks/kafka.yml:6:12", "`no topic` cannot be the name of a topic")
        .contains("sinks/kafka.yml:7:17", "`record_key` takes plain types")
        .contains("sinks/kafka.yml:8:16", "which is no time")
        .contains("sinks/kafka.yml:9:14", "no column `idd`", "did you mean `id`?")
        .contains("sinks/kafka.yml:13:11", "sink `b` appends, but stream `counts` takes rows back")
        .contains("sinks/kafka.yml:18:10", "does not tell the rows of `counts` apart")
        .contains("sinks/kafka.yml:19:17", "`record_key` means nothing with a `key`")
        .contains("sinks/kafka.yml:20:17", "a topic cannot have 0 partitions")
        .contains("sinks/kafka.yml:25:12", "is used by Millrace")
        .contains("sinks/kafka.yml:26:13", "`cleanup.policy` of `config` is not a plain value");
  }

  @Test
  void aSinkToKafkaHasATopicAndForEnvelopesAKey() throws IOException {
    project(
        """
        sinks:
          - name: a
            from: counts
            system: kafka
            table: counts
            mode: debezium
        """);
    assertThat(check())
        .contains("sinks/kafka.yml:5:5", "system `kafka` has no tables", "write `topic` instead")
        .contains("sinks/kafka.yml:6:11", "`mode: debezium` without a `key`");
  }

  @Test
  void aTopicOfWhichTheStreamItselfIsMadeIsRefused() throws IOException {
    project(
        """
        sinks:
          - name: first
            from: rows
            system: kafka
            topic: paid
            mode: append
          - name: second
            from: counts
            system: kafka
            topic: shop.orders
            mode: upsert
            key: [id]
        """);
    assertThat(check())
        .contains("sinks/kafka.yml:5:12", "its output would come back as input for ever")
        .contains("sinks/kafka.yml:10:12", "from which stream `counts` is made");
  }

  @Test
  void aTopicThatAnotherStreamReadsIsNoLoop() throws IOException {
    project(
        """
        sinks:
          - name: first
            from: rows
            system: kafka
            topic: paid
            mode: append
        """);
    assertThat(check()).contains("counts").doesNotContain("come back");
  }
}
