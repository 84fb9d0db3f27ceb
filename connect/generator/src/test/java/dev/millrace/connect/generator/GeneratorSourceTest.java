package dev.millrace.connect.generator;

import static dev.millrace.connect.generator.Generated.ads;
import static dev.millrace.connect.generator.Generated.all;
import static dev.millrace.connect.generator.Generated.block;
import static dev.millrace.connect.generator.Generated.open;
import static dev.millrace.connect.generator.Generated.options;
import static dev.millrace.connect.generator.Generated.schema;
import static dev.millrace.connect.generator.Generated.stream;
import static dev.millrace.connect.generator.Generated.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceRecord;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.option.Options;
import dev.millrace.testing.ManualClock;
import dev.millrace.testing.Seeds;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class GeneratorSourceTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration NONE = Duration.ZERO;

  private static Options past(long total) {
    return options(Map.of("start", "2026-01-01", "total", total, "seed", 42L));
  }

  @Test
  void sameSeedSameBytesAnotherSeedOthers() {
    List<String> once = texts(all(past(5_000), ads()));
    assertThat(once).isEqualTo(texts(all(past(5_000), ads())));
    assertThat(once)
        .isNotEqualTo(
            texts(
                all(options(Map.of("start", "2026-01-01", "total", 5_000L, "seed", 43L)), ads())));
  }

  @Test
  void resumedAnywhereEqualsUninterrupted() {
    Random random = Seeds.random("resumed anywhere");
    List<String> expected = texts(all(past(30_000), ads()));
    List<String> resumed = new ArrayList<>();
    Optional<String> position = Optional.empty();
    boolean ended = false;
    while (!ended) {
      try (Source source = open(past(30_000), ads(), position, Clock.systemUTC())) {
        int polls = 1 + random.nextInt(2);
        for (int i = 0; i < polls && !ended; i++) {
          SourceBatch batch = source.poll(NONE);
          resumed.addAll(texts(batch.records()));
          position = Optional.of(batch.position());
          ended = batch.ended();
          assertThat(batch.position()).hasSizeLessThan(4_000);
        }
        // What is taken and not committed comes again.
        source.poll(NONE);
      }
    }
    assertThat(resumed).isEqualTo(expected);
    try (Source source = open(past(30_000), ads(), position, Clock.systemUTC())) {
      SourceBatch after = source.poll(NONE);
      assertThat(after.ended()).isTrue();
      assertThat(after.records()).isEmpty();
    }
  }

  @Test
  void followersReferToWhatCameBefore() throws Exception {
    Set<String> impressions = new HashSet<>();
    Set<String> clicks = new HashSet<>();
    int spoilt = 0;
    int repeated = 0;
    int count = 0;
    for (SourceRecord record : all(past(50_000), ads())) {
      JsonNode node = parse(record);
      boolean shown = record.stream().equals("impressions");
      String time = shown ? "shown_at" : "clicked_at";
      if (node == null || !node.path(time).asText().startsWith("2026-01-0")) {
        spoilt++;
        continue;
      }
      count++;
      Set<String> ids = shown ? impressions : clicks;
      if (!ids.add(node.get(shown ? "impression_id" : "click_id").asText())) {
        repeated++;
      }
      if (!shown) {
        assertThat(node.get("impression_id").asText())
            .isEqualTo("imp-" + node.get("click_id").asText().substring(4));
      }
    }
    assertThat(impressions.size() / 50_000.0).isCloseTo(0.99, within(0.01));
    assertThat(clicks.size() / 50_000.0).isCloseTo(0.12, within(0.01));
    assertThat(repeated / (double) count).isCloseTo(0.01, within(0.003));
    assertThat(spoilt / (double) count).isBetween(0.005, 0.015);
  }

  private static JsonNode parse(SourceRecord record) {
    try {
      return JSON.readTree(record.value());
    } catch (java.io.IOException e) {
      return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
    }
  }

  @Test
  void distributionsKeepTheirPromises() throws Exception {
    int total = 40_000;
    List<StreamDeclaration> streams =
        List.of(
            stream(
                "s",
                schema(
                    "dice",
                    "INTEGER",
                    "rank",
                    "BIGINT",
                    "bell",
                    "DOUBLE",
                    "tail",
                    "DOUBLE",
                    "coin",
                    "BOOLEAN",
                    "pick",
                    "VARCHAR",
                    "day",
                    "TIMESTAMPTZ",
                    "id",
                    "UUID",
                    "text",
                    "VARCHAR",
                    "same",
                    "INTEGER",
                    "at",
                    "BIGINT"),
                "fields",
                block(
                    "dice", block("uniform", block("from", 1, "to", 6), "nulls", "5%"),
                    "rank", block("zipf", block("from", 1, "to", 1000, "exponent", 1.1)),
                    "bell", block("normal", block("mean", 20, "deviation", 5, "decimals", 4)),
                    "tail", block("lognormal", block("median", 8, "sigma", 1.2, "max", 900)),
                    "coin", block("boolean", "20%"),
                    "pick", block("choice", block("a", 1, "b", 3)),
                    "day",
                        block("uniform", block("from", "2026-01-01", "to", "2026-01-31T12:00:00Z")),
                    "id", block("uuid", true),
                    "text", block("words", block("from", 2, "to", 4)),
                    "same", block("field", "dice"),
                    "at", block("event_time", block("format", "ms")))));
    int[] faces = new int[7];
    double[] ranks = new double[1001];
    double sum = 0;
    double squares = 0;
    int belowMedian = 0;
    int heads = 0;
    int picks = 0;
    Set<String> ids = new HashSet<>();
    for (SourceRecord record : all(past(total), streams)) {
      JsonNode node = JSON.readTree(record.value());
      faces[node.get("dice").isNull() ? 0 : node.get("dice").intValue()]++;
      assertThat(node.get("same")).isEqualTo(node.get("dice"));
      ranks[node.get("rank").intValue()]++;
      double bell = node.get("bell").doubleValue() - 20;
      sum += bell;
      squares += bell * bell;
      belowMedian += node.get("tail").doubleValue() < 8 ? 1 : 0;
      assertThat(node.get("tail").doubleValue()).isBetween(0.0, 900.0);
      heads += node.get("coin").booleanValue() ? 1 : 0;
      picks += node.get("pick").textValue().equals("b") ? 1 : 0;
      assertThat(node.get("day").textValue()).startsWith("2026-01-");
      assertThat(java.util.UUID.fromString(node.get("id").textValue()).version()).isEqualTo(4);
      ids.add(node.get("id").textValue());
      assertThat(node.get("text").textValue().split(" ").length).isBetween(2, 4);
      assertThat(node.get("at").longValue()).isBetween(1_767_225_600_000L, 1_767_225_641_000L);
    }
    assertThat(ids).hasSize(total);
    assertThat(faces[0] / (double) total).isCloseTo(0.05, within(0.005));
    double chi = 0;
    double expected = (total - faces[0]) / 6.0;
    for (int face = 1; face <= 6; face++) {
      chi += (faces[face] - expected) * (faces[face] - expected) / expected;
    }
    // 99.9% of fair dice stay below, with five degrees of freedom.
    assertThat(chi).isLessThan(20.5);
    assertZipf(ranks, total, 1.1);
    assertThat(sum / total).isCloseTo(0, within(0.15));
    assertThat(Math.sqrt(squares / total)).isCloseTo(5, within(0.15));
    assertThat(belowMedian / (double) total).isCloseTo(0.5, within(0.015));
    assertThat(heads / (double) total).isCloseTo(0.2, within(0.01));
    assertThat(picks / (double) total).isCloseTo(0.75, within(0.01));
  }

  private static void assertZipf(double[] ranks, int total, double exponent) {
    double norm = 0;
    for (int k = 1; k < ranks.length; k++) {
      norm += Math.pow(k, -exponent);
    }
    for (int k : new int[] {1, 2, 3, 10}) {
      assertThat(ranks[k] / total).isCloseTo(Math.pow(k, -exponent) / norm, within(0.006));
    }
  }

  @Test
  void disorderAndLatenessAreAsAskedFor() throws Exception {
    List<StreamDeclaration> streams =
        List.of(
            stream(
                "s",
                schema("n", "INTEGER", "at", "TIMESTAMPTZ"),
                "fields",
                block("n", block("sequence", true), "at", block("event_time", true)),
                "disorder",
                "3 seconds",
                "late",
                block("share", "2%", "by", block("from", "15 seconds", "to", "90 seconds"))));
    Instant newest = Instant.MIN;
    int behind = 0;
    int late = 0;
    int between = 0;
    List<SourceRecord> records = all(past(300_000), streams);
    for (SourceRecord record : records) {
      Instant at = Instant.parse(JSON.readTree(record.value()).get("at").textValue());
      if (at.isBefore(newest)) {
        behind++;
        Duration lag = Duration.between(at, newest);
        if (lag.compareTo(Duration.ofSeconds(10)) > 0) {
          late++;
        } else if (lag.compareTo(Duration.ofSeconds(3)) > 0) {
          between++;
        }
      } else {
        newest = at;
      }
    }
    assertThat(records).hasSize(300_000);
    assertThat(late / 300_000.0).isCloseTo(0.02, within(0.002));
    assertThat(behind).isGreaterThan(200_000);
    // Only the last late ones, after which nothing newer came.
    assertThat(between).isLessThan(300);
  }

  @Test
  void liveEventsKeepTheClocksPaceAndAPauseIsNotMadeUpFor() throws Exception {
    ManualClock clock = new ManualClock(Instant.parse("2026-11-21T12:00:00Z"));
    Options live = options(Map.of("rate", 1000.0));
    List<StreamDeclaration> streams =
        List.of(
            stream(
                "s",
                schema("n", "INTEGER", "at", "TIMESTAMPTZ"),
                "fields",
                block("n", block("sequence", true), "at", block("event_time", true))));
    String position;
    try (Source source = open(live, streams, Optional.empty(), clock)) {
      assertThat(source.poll(NONE).records()).hasSizeLessThanOrEqualTo(1);
      clock.advance(Duration.ofSeconds(2));
      SourceBatch batch = source.poll(NONE);
      assertThat(batch.records().size()).isBetween(1998, 2001);
      position = batch.position();
    }
    clock.advance(Duration.ofHours(1));
    try (Source source = open(live, streams, Optional.of(position), clock)) {
      assertThat(source.poll(NONE).records()).hasSizeLessThanOrEqualTo(1);
      clock.advance(Duration.ofSeconds(1));
      SourceBatch batch = source.poll(NONE);
      assertThat(batch.records().size()).isBetween(998, 1001);
      for (SourceRecord record : batch.records()) {
        JsonNode node = JSON.readTree(record.value());
        assertThat(node.get("n").intValue()).isBetween(1999, 3002);
        assertThat(Instant.parse(node.get("at").textValue()))
            .isBetween(clock.instant().minusMillis(1001), clock.instant());
      }
    }
    Options catchingUp = options(Map.of("rate", 1000.0, "catch_up", true));
    try (Source source = open(catchingUp, streams, Optional.of(position), clock)) {
      assertThat(source.poll(NONE).records()).hasSize(10_000);
    }
  }

  @Test
  void aChangedConfigurationGoesOnWithNewNumbers() throws Exception {
    List<StreamDeclaration> streams =
        List.of(
            stream(
                "s",
                schema("n", "INTEGER"),
                "fields",
                block("n", block("sequence", true)),
                "disorder",
                "1 second"));
    String position;
    Set<Integer> numbers = new HashSet<>();
    try (Source source =
        open(
            options(Map.of("start", "2026-01-01", "total", 30_000L)),
            streams,
            Optional.empty(),
            Clock.systemUTC())) {
      SourceBatch batch = source.poll(NONE);
      position = batch.position();
      for (SourceRecord record : batch.records()) {
        numbers.add(JSON.readTree(record.value()).get("n").intValue());
      }
    }
    Options faster = options(Map.of("start", "2026-01-01", "total", 30_000L, "rate", 5000.0));
    try (Source source = open(faster, streams, Optional.of(position), Clock.systemUTC())) {
      SourceBatch batch = source.poll(NONE);
      assertThat(batch.records()).hasSize(10_000);
      for (SourceRecord record : batch.records()) {
        assertThat(numbers.add(JSON.readTree(record.value()).get("n").intValue())).isTrue();
      }
    }
  }

  @Test
  void everyKindOfSpoiltRecordIsSpoilt() {
    List<StreamDeclaration> streams =
        List.of(
            stream(
                "s",
                schema("n", "INTEGER", "at", "TIMESTAMPTZ"),
                "fields",
                block("n", block("sequence", true), "at", block("event_time", true)),
                "malformed",
                "100%"));
    int[] seen = new int[5];
    for (SourceRecord record : all(past(2_000), streams)) {
      JsonNode node = parse(record);
      if (node == null || !node.isObject()) {
        seen[0]++;
      } else if (!node.path("n").isInt()) {
        seen[1]++;
      } else if (!node.has("at")) {
        seen[2]++;
      } else if (node.get("at").isNull()) {
        seen[3]++;
      } else {
        assertThat(node.get("at").textValue()).matches("2100-.*|not what belongs here");
        seen[4]++;
      }
    }
    assertThat(seen).doesNotContain(0);
  }

  /** The aim is half a million events a second on one core that nothing else uses. */
  @Test
  @Tag("slow")
  void isFastEnoughForBenchmarks() {
    Options options = options(Map.of("start", "2026-01-01", "rate", 20_000.0));
    try (Source source = open(options, ads(), Optional.empty(), Clock.systemUTC())) {
      long count = 0;
      long begin = System.nanoTime();
      while (count < 3_000_000) {
        count += source.poll(NONE).records().size();
        if (count < 500_000) {
          begin = System.nanoTime();
        }
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      System.out.printf("%.0f events/s%n", (count - 500_000) / seconds);
      assertThat((count - 500_000) / seconds).isGreaterThan(150_000);
    }
  }
}
