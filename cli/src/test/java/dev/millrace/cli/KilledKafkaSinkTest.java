package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.testing.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Laws 2 and 5 for sinks to topics: a project whose process was killed at every point of a delivery
 * has topics from which a reader of committed records makes exactly the streams' tables, whatever
 * the mode.
 */
@Tag("long")
class KilledKafkaSinkTest {
  private static final List<String> POINTS =
      List.of("before-delivery", "sink-before-commit", "sink-after-commit", "after-delivery");

  @TempDir Path folder;

  @Test
  void killedDeliveriesLoseAndDoubleNothing() throws Exception {
    Random random = Seeds.random("KilledKafkaSinkTest");
    Path project = folder.resolve("ads");
    AdsRun ads = new AdsRun(project, 20_000);
    Files.delete(project.resolve("sinks/postgres.yml"));
    Files.writeString(
        project.resolve("sinks/kafka.yml"),
        """
        sinks:
          - {name: minutes, from: campaign_minutes, system: kafka, mode: upsert, partitions: 3,
             key: [campaign_id, minute]}
          - {name: clicks, from: attributed_clicks, system: kafka, mode: append, topic: out.clicks,
             partitions: 2, timestamp: clicked_at}
          - {name: network, from: network_minutes, system: kafka, mode: debezium, key: [minute]}
        """);
    List<String> points = new ArrayList<>(POINTS);
    Collections.shuffle(points, random);
    for (String point : points) {
      String fault = point + ":" + (1 + random.nextInt(3));
      System.out.println("KilledKafkaSinkTest: " + fault);
      AdsRun.Ended ended = ads.run(fault);
      assertThat(ended.code()).as("%s: %s", fault, ended.output()).isEqualTo(FaultPoint.EXIT_CODE);
    }
    AdsRun.Ended last = ads.run("");
    assertThat(last.code()).as(last.output()).isZero();

    DataFolder data = DataFolder.open(project);
    try (EmbeddedBroker broker =
            EmbeddedBroker.start(data.resolve("kafka"), new Ports(data).port("kafka"));
        Store store =
            Store.open(new StoreOptions(data.resolve("store"), ZoneOffset.UTC, 256L << 20, 1));
        Connection connection = store.connect()) {
      KafkaTopicRows minutes = KafkaTopicRows.read(broker.cluster(), "minutes");
      KafkaTopicRows clicks = KafkaTopicRows.read(broker.cluster(), "out.clicks");
      KafkaTopicRows network = KafkaTopicRows.read(broker.cluster(), "network").after(connection);
      assertThat(List.of(minutes.size(), clicks.size(), network.size())).doesNotContain(0);
      minutes.assertEqual(connection, "campaign_minutes", folder);
      clicks.assertEqual(connection, "attributed_clicks", folder);
      network.assertEqual(connection, "network_minutes", folder);
    }
  }
}
