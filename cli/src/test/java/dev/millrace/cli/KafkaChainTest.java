package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.embedded.DataFolder;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.log.Cluster;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stream writes a topic that another source of the same project reads: nothing changes on the
 * way.
 */
@Tag("slow")
class KafkaChainTest {
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("flag", "BOOLEAN"),
          Map.entry("tiny", "TINYINT"),
          Map.entry("small", "SMALLINT"),
          Map.entry("whole", "INTEGER"),
          Map.entry("big", "BIGINT"),
          Map.entry("ubig", "UBIGINT"),
          Map.entry("huge", "HUGEINT"),
          Map.entry("short_decimal", "DECIMAL(12,3)"),
          Map.entry("long_decimal", "DECIMAL(38,10)"),
          Map.entry("real", "FLOAT"),
          Map.entry("double_", "DOUBLE"),
          Map.entry("text", "VARCHAR"),
          Map.entry("bytes", "BLOB"),
          Map.entry("day", "DATE"),
          Map.entry("clock", "TIME"),
          Map.entry("local", "TIMESTAMP"),
          Map.entry("moment", "TIMESTAMPTZ"),
          Map.entry("span", "INTERVAL"),
          Map.entry("id", "UUID"),
          Map.entry("doc", "JSON"),
          Map.entry("list_", "INTEGER[]"),
          Map.entry("lists", "VARCHAR[][]"),
          Map.entry("pair", "STRUCT(a INTEGER, b VARCHAR)"),
          Map.entry("pairs", "STRUCT(a DECIMAL(20,5), b TIMESTAMPTZ, c TIMESTAMP)[]"),
          Map.entry("counts", "MAP(VARCHAR, INTEGER)"));

  private static final List<String> RECORDS =
      List.of(
          """
          {"at": "2025-01-01T00:00:00Z", "flag": true, "tiny": -128, "small": 32767,
           "whole": -2147483648, "big": 9223372036854775807, "ubig": 18446744073709551615,
           "huge": "-170141183460469231731687303715884105728", "short_decimal": -999999999.999,
           "long_decimal": "1234567890123456789012345678.0123456789", "real": 1.1,
           "double_": 0.1, "text": "q\\"\\\\ \\n ü 🎈", "bytes": "AAH/Xwo=", "day": "2024-02-29",
           "clock": "23:59:59.999999", "local": "0001-01-01T00:00:00",
           "moment": "2024-03-31T01:30:00.000001Z", "span": "1 year 2 months 3 days 04:05:06.789",
           "id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
           "doc": {"a": [1, 2.50, null, "x"]}, "list_": [1, null, 3], "lists": [["a"], [], null],
           "pair": {"a": 1, "b": "x,\\"y"}, "pairs": [{"a": "1.5", "b": "2025-01-01T00:00:00Z", "c": "2025-01-01T00:00:00.5"}, null],
           "counts": {"k": 1, "n": null}}\
          """,
          """
          {"at": "2025-01-01T00:00:01Z", "flag": false, "tiny": 0, "ubig": 0, "huge": 1,
           "short_decimal": 0, "long_decimal": 0, "real": "NaN", "double_": "-Infinity", "text": "",
           "bytes": "", "day": "-0043-03-15", "clock": "00:00:00", "local": "9999-12-31T23:59:59.999999",
           "moment": "1883-11-18T17:00:00Z", "span": "-1 days", "doc": "a text", "list_": [],
           "pair": {"a": null, "b": null}, "pairs": [], "counts": {}}\
          """,
          "{\"at\": \"2025-01-01T00:00:02Z\"}");

  @TempDir Path folder;

  @Test
  void everyTypeSurvivesTheWayThroughATopic() throws Exception {
    Path project = folder.resolve("chain");
    StringBuilder columns = new StringBuilder("    - {name: at, type: TIMESTAMPTZ}\n");
    TYPES.forEach(
        (name, type) ->
            columns
                .append("          - {name: ")
                .append(name)
                .append(", type: \"")
                .append(type)
                .append("\"}\n"));
    String streams =
        """
        sources:
          - name: %s
            streams:
              - name: rows
                topic: %s
                event_time: at
                columns:
              %s\
        """;
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0)) {
      write(
          project,
          "millrace.yml",
          "name: chain\ntargets:\n  dev:\n    kafka: {url: \"" + broker.cluster().url() + "\"}\n");
      write(project, "sources/first.yml", streams.formatted("first", "in", columns));
      write(project, "sources/second.yml", streams.formatted("second", "between", columns));
      write(
          project,
          "models/copied.sql",
          "{{ config(materialized='stream') }}\nSELECT * FROM {{ source('first', 'rows') }}");
      write(
          project,
          "models/arrived.sql",
          "{{ config(materialized='stream') }}\nSELECT * FROM {{ source('second', 'rows') }}");
      write(
          project,
          "sinks/kafka.yml",
          "sinks:\n  - {name: between, from: copied, system: kafka, mode: append}\n");
      send(broker.cluster());
      try (ChildJvm child =
          ChildJvm.start(Millrace.class, Map.of(), "run", project.toString(), "--until-idle")) {
        int code = child.awaitExit(Duration.ofMinutes(3));
        assertThat(code).as(child.output()).isZero();
      }
    }
    try (ChildJvm child = ChildJvm.start(Millrace.class, Map.of(), "check", project.toString())) {
      assertThat(child.awaitExit(Duration.ofMinutes(1))).as(child.output()).isZero();
      assertThat(child.output()).containsPattern("└─ between .*\\R\\s+└─ second\\.rows ");
    }
    Path path = DataFolder.open(project).resolve("store");
    try (Store store = Store.open(new StoreOptions(path, ZoneOffset.UTC, 256L << 20, 1));
        Connection connection = store.connect()) {
      assertThat(text(connection, "SELECT string_agg(reason, '; ') FROM store.system.rejected"))
          .isNull();
      assertThat(text(connection, "SELECT count(*)::VARCHAR FROM copied")).isEqualTo("3");
      assertThat(values(connection, "arrived")).isEqualTo(values(connection, "copied"));
      assertThat(text(connection, "SELECT hex(bytes) FROM copied ORDER BY \"at\" LIMIT 1"))
          .isEqualTo("0001FF5F0A");
    }
  }

  private static Map<String, String> values(Connection connection, String table)
      throws SQLException {
    Map<String, String> values = new TreeMap<>();
    for (String column : TYPES.keySet()) {
      String list = "list(\"" + column + "\"::VARCHAR ORDER BY \"at\")";
      values.put(column, text(connection, "SELECT " + list + "::VARCHAR FROM " + table));
    }
    return values;
  }

  private static void write(Path project, String file, String text) throws IOException {
    Path path = project.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private static void send(Cluster cluster) throws Exception {
    try (TopicAdmin admin = TopicAdmin.open(cluster);
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                cluster.clientProperties("test"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      admin.ensure(List.of(TopicDeclaration.of("in", 1)));
      for (String record : RECORDS) {
        producer.send(new ProducerRecord<>("in", 0, null, record.getBytes(UTF_8))).get();
      }
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
