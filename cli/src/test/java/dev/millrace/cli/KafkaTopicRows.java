package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.Cluster;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.Topic;
import dev.millrace.log.TopicAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The rows that a topic of a sink holds for a reader of committed records. */
final class KafkaTopicRows {
  private final List<String> values;

  private KafkaTopicRows(List<String> values) {
    this.values = values;
  }

  /** Each record's value, or the newest of each key where records have keys. */
  static KafkaTopicRows read(Cluster cluster, String topic) {
    List<String> keyless = new ArrayList<>();
    Map<String, String> byKey = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records(cluster, topic)) {
      String value = record.value() == null ? null : new String(record.value(), UTF_8);
      if (record.key() == null) {
        keyless.add(value);
      } else if (value == null) {
        byKey.remove(new String(record.key(), UTF_8));
      } else {
        byKey.put(new String(record.key(), UTF_8), value);
      }
    }
    keyless.addAll(byKey.values());
    return new KafkaTopicRows(keyless);
  }

  /** All committed records, each partition's in order. */
  static List<ConsumerRecord<byte[], byte[]>> records(Cluster cluster, String topic) {
    Map<String, Object> properties = cluster.clientProperties("test-reader");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (TopicAdmin admin = TopicAdmin.open(cluster);
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Topic found = admin.describe(List.of(topic)).get(topic);
      assertThat(found).as(topic).isNotNull();
      Map<TopicPartition, Long> ends = new HashMap<>();
      for (PartitionRange range : admin.ranges(List.of(found))) {
        ends.put(new TopicPartition(topic, range.partition()), range.end());
      }
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        assertThat(System.nanoTime()).as(topic).isLessThan(deadline);
      }
    }
    return records;
  }

  /** The values of {@code after} in Debezium's envelopes, as DuckDB reads them. */
  KafkaTopicRows after(Connection connection) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      for (String value : values) {
        try (ResultSet row =
            statement.executeQuery(
                "SELECT json_extract('" + value.replace("'", "''") + "', '$.after')::VARCHAR")) {
          row.next();
          rows.add(row.getString(1));
        }
      }
    }
    return new KafkaTopicRows(rows);
  }

  int size() {
    return values.size();
  }

  /** Compares with a table of the store: the same rows, each as often. Doubles to nine digits. */
  void assertEqual(Connection connection, String table, Path scratch)
      throws SQLException, IOException {
    Path file = Files.createTempFile(scratch, "topic", ".json");
    Files.write(file, values);
    Map<String, String> types = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet columns = statement.executeQuery("DESCRIBE " + table)) {
      while (columns.next()) {
        types.put(columns.getString(1), columns.getString(2));
      }
    }
    String declared =
        types.entrySet().stream()
            .map(e -> "'" + e.getKey() + "': '" + e.getValue() + "'")
            .collect(Collectors.joining(", ", "{", "}"));
    String columns =
        types.entrySet().stream()
            .map(
                e ->
                    e.getValue().equals("DOUBLE")
                        ? "round(\"" + e.getKey() + "\", 9)"
                        : "\"" + e.getKey() + "\"")
            .collect(Collectors.joining(", "));
    String delivered =
        values.isEmpty()
            ? "SELECT " + columns + " FROM " + table + " WHERE false"
            : "SELECT "
                + columns
                + " FROM read_json('"
                + file
                + "', format='newline_delimited', columns="
                + declared
                + ")";
    String stored = "SELECT " + columns + " FROM " + table;
    assertThat(count(connection, delivered, stored)).as("%s: delivered too much", table).isZero();
    assertThat(count(connection, stored, delivered)).as("%s: missing", table).isZero();
  }

  private static long count(Connection connection, String rows, String without)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet count =
            statement.executeQuery(
                "SELECT count(*) FROM ((" + rows + ") EXCEPT ALL (" + without + "))")) {
      count.next();
      return count.getLong(1);
    }
  }
}
