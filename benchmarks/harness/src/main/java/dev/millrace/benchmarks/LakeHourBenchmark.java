package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.option.Options;
import dev.millrace.api.table.TableFiles;
import dev.millrace.api.table.TableStore;
import dev.millrace.lake.LakeConnector;
import dev.millrace.testing.OptionValues;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code benchmarks/plays} for an hour: a stream at a fixed rate into a table of the lake. What
 * files the table has of the newest version and on the disk, minute by minute; how old the newest
 * row is that the sink's live view has; and at the end whether every row of the topic is in the
 * files once.
 */
final class LakeHourBenchmark {
  /** With two partitions, as the project says. */
  private static final String TOPIC = "plays";

  private static final int PARTITIONS = 2;
  private static final String TABLE = "raw.plays";
  private static final Pattern NUMBER = Pattern.compile("\"play_id\":\\s*(\\d+)");
  private static final Duration SAMPLE = Duration.ofMinutes(1);

  /** How long the last rows may take from the topic to files. */
  private static final Duration END = Duration.ofMinutes(5);

  private static final String SEEN =
      "SELECT (SELECT sum(\"rows\") FROM system.sources)::BIGINT, count(*),"
          + " (epoch_ms(now()) - epoch_ms(max(played_at)))::BIGINT FROM plays_all";

  private final Workplace place;
  private final LakeHourReport report;
  private final long rows;

  /**
   * A benchmark that {@link #run} runs.
   *
   * @param rate rows a second
   * @param megabytes that a file of the table is to have, about
   */
  LakeHourBenchmark(Workplace place, long rate, Duration time, long megabytes) {
    this.place = place;
    this.rows = rate * time.toSeconds();
    this.report = new LakeHourReport(place, rate, time, megabytes);
  }

  /** How many rows there are, and the sum of their numbers. */
  record Rows(long count, long sum) {}

  void run() throws Exception {
    Path folder = place.runs().resolve("lake-hour");
    Folders.delete(folder);
    Path project = folder.resolve("project");
    Folders.copy(place.benchmarks().resolve("plays"), project);
    try (BrokerProcess broker = BrokerProcess.start(place, folder.resolve("kafka"))) {
      broker.createTopics(List.of(TOPIC), PARTITIONS);
      try (MillraceProcess millrace =
          MillraceProcess.run(
              place,
              "lake-hour",
              project,
              List.of(
                  "--vars",
                  "rate=" + report.rate(),
                  "--vars",
                  "total=" + rows,
                  "--vars",
                  "file_size=" + report.megabytes() + "MB"),
              Map.of("KAFKA_BROKERS", broker.servers()))) {
        long begin =
            millrace.awaitPositive(
                "SELECT sum(\"rows\")::BIGINT FROM system.sources", Duration.ofMinutes(2));
        watch(millrace, project, begin);
        report.operations(operations(millrace));
      }
      try (TableStore store = store(project)) {
        TableFiles files = store.find(TABLE).orElseThrow().files();
        report.write(files, topic(broker), lake(files));
      }
    }
  }

  /** Looks each minute until the files have all rows that the source makes. */
  private void watch(MillraceProcess millrace, Path project, long begin) throws Exception {
    long end = begin + report.time().plus(END).toNanos();
    long next = begin + SAMPLE.toNanos();
    try (TableStore store = store(project)) {
      while (true) {
        while (System.nanoTime() < next) {
          Thread.sleep(200);
        }
        next += SAMPLE.toNanos();
        JsonNode seen = seen(millrace);
        Optional<TableFiles> files = store.find(TABLE).map(t -> t.files());
        report.sample(
            (System.nanoTime() - begin) / 60e9,
            seen.path(0).asLong(),
            seen.path(1).asLong(),
            seen.path(2).asLong(),
            files,
            project.resolve(".millrace"));
        if (files.isPresent() && files.get().rows() >= rows) {
          return;
        }
        if (System.nanoTime() > end) {
          throw new IllegalStateException("the lake has not " + rows + " rows after " + END);
        }
      }
    }
  }

  /** Waits for the answer, however busy the process is. */
  private static JsonNode seen(MillraceProcess millrace) throws InterruptedException {
    while (true) {
      Optional<JsonNode> rows = millrace.query(SEEN);
      if (rows.isPresent()) {
        return rows.get().path(0);
      }
      if (!millrace.process().isAlive()) {
        throw new IllegalStateException("millrace ended early; see benchmarks/target/runs");
      }
    }
  }

  private static TableStore store(Path project) {
    LakeConnector connector = new LakeConnector();
    Path lake = project.resolve(".millrace/lake");
    Options options =
        OptionValues.of(
            connector.systemOptions(),
            Map.of(
                "warehouse",
                lake.resolve("warehouse").toString(),
                "catalog",
                "jdbc:sqlite:" + lake.resolve("catalog.db")));
    return connector.openStore(options);
  }

  /** How many commits of each kind the table has had; none has expired within a day. */
  private static List<String> operations(MillraceProcess millrace) throws InterruptedException {
    List<String> all = new ArrayList<>();
    millrace
        .query(
            "SELECT operation, count(*) FROM system.lake_versions WHERE table_name = '"
                + TABLE
                + "' GROUP BY 1 ORDER BY 1")
        .orElseThrow()
        .forEach(row -> all.add(row.path(0).asText() + " " + row.path(1).asLong()));
    return all;
  }

  /** What a consumer finds in the topic. */
  private static Rows topic(BrokerProcess broker) {
    AtomicLong count = new AtomicLong();
    AtomicLong sum = new AtomicLong();
    broker.read(
        TOPIC,
        PARTITIONS,
        value -> {
          Matcher number = NUMBER.matcher(new String(value, StandardCharsets.UTF_8));
          if (!number.find()) {
            throw new IllegalStateException("a record without play_id");
          }
          count.incrementAndGet();
          sum.addAndGet(Long.parseLong(number.group(1)));
        });
    return new Rows(count.get(), sum.get());
  }

  /** What DuckDB finds in the files; another number of rows than of numbers fails. */
  private static Rows lake(TableFiles files) throws Exception {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*), sum(play_id)::BIGINT, count(DISTINCT play_id) FROM "
                    + files.relation())) {
      row.next();
      if (row.getLong(1) != row.getLong(3)) {
        throw new IllegalStateException(row.getLong(3) + " of " + row.getLong(1) + " differ");
      }
      return new Rows(row.getLong(1), row.getLong(2));
    }
  }
}
