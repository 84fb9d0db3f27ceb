package dev.millrace.server;

import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.error.Problem;
import dev.millrace.engine.Instance;
import dev.millrace.engine.Status;
import dev.millrace.engine.Status.Health;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.Project;
import dev.millrace.sql.StreamProgram;
import dev.millrace.sql.gate.TableVersions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.duckdb.DuckDBConnection;

/**
 * A real store with the tables of examples/ads, without a broker: {@link #step} commits the next
 * events as a batch would. What the page shows comes out of it by the same SQL as in a real run.
 */
final class LiveStore implements Instance, AutoCloseable {
  private static final String TABLES =
      """
      CREATE SCHEMA store.system;
      CREATE TABLE impressions (impression_id VARCHAR, campaign_id INTEGER, user_id VARCHAR, country VARCHAR,
        device VARCHAR, cost DECIMAL(10,6), shown_at TIMESTAMPTZ, click_id VARCHAR, clicked_at TIMESTAMPTZ);
      CREATE VIEW attributed AS FROM impressions;
      CREATE VIEW attributed_clicks AS SELECT click_id, impression_id, campaign_id, country, device, cost, clicked_at,
        epoch(clicked_at - shown_at) AS seconds_to_click FROM impressions WHERE click_id IS NOT NULL;
      CREATE VIEW campaign_minutes AS SELECT campaign_id, time_bucket(INTERVAL 1 MINUTE, shown_at) AS minute,
        count(*) AS impressions, count(click_id) AS clicks, round(count(click_id) / nullif(count(*), 0), 6)
        AS click_through_rate, sum(cost) AS cost, max(cost) AS highest_cost, avg(cost) AS average_cost,
        count(DISTINCT user_id) AS users FROM attributed GROUP BY ALL;
      CREATE VIEW campaign_minutes_final AS SELECT campaign_id, time_bucket(INTERVAL 1 MINUTE, shown_at) AS minute,
        count(*) AS impressions, sum(cost) AS cost FROM impressions GROUP BY ALL;
      CREATE VIEW country_minutes AS SELECT country, device, time_bucket(INTERVAL 1 MINUTE, clicked_at) AS minute,
        count(*) AS clicks, avg(seconds_to_click) AS seconds_to_click FROM attributed_clicks GROUP BY ALL;
      CREATE VIEW network_minutes AS SELECT minute, sum(impressions) AS impressions, sum(clicks) AS clicks,
        sum(cost) AS cost, count(*) AS campaigns FROM campaign_minutes GROUP BY minute;
      """;
  private static final String REFUSED =
      " (id BIGINT, source VARCHAR, topic VARCHAR, \"partition\" INTEGER, \"offset\" BIGINT, reason VARCHAR,"
          + " event_time TIMESTAMPTZ, recorded_at TIMESTAMPTZ, value BLOB, replay VARCHAR)";

  private final Project project;
  private final DuckDBConnection root;
  private final Path file;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Instant started = Instant.now();
  private volatile Health sinkHealth = Health.OK;
  private long rows;
  private long batches;
  private Instant newest = Instant.EPOCH;

  LiveStore(Path folder, Project project) throws SQLException {
    this.project = project;
    file = folder.resolve("store.duckdb");
    Properties properties = new Properties();
    properties.setProperty("jdbc_stream_results", "true");
    properties.setProperty("threads", "2");
    properties.setProperty("memory_limit", "300MB");
    root =
        DriverManager.getConnection("jdbc:duckdb:" + file, properties)
            .unwrap(DuckDBConnection.class);
    execute("SET GLOBAL TimeZone = 'UTC'");
    for (String statement : TABLES.split(";\n")) {
      execute(statement);
    }
    for (String table : List.of("late", "rejected", "duplicates")) {
      execute("CREATE TABLE store.system." + table + REFUSED);
    }
    execute(
        "CREATE TABLE store.system.errors (recorded_at TIMESTAMPTZ, asset VARCHAR, code VARCHAR, message VARCHAR, hint VARCHAR)");
    execute(
        "INSERT INTO store.system.rejected SELECT i, 'ads.impressions', 'ads.impressions', i % 2, 1000 + i,"
            + " 'malformed JSON: unexpected end of data at 31', NULL, now() - INTERVAL 7 SECOND * i,"
            + " ('{\"impression_id\": \"imp-' || i || '\", \"camp')::BLOB, NULL FROM range(40) t(i)");
    execute(
        "INSERT INTO store.system.late SELECT i, 'ads.clicks', 'ads.clicks', i % 2, 500 + i, '41 s behind the watermark',"
            + " now() - INTERVAL 1 MINUTE, now() - INTERVAL 5 SECOND * i, '{\"click_id\": \"clk-1\"}'::BLOB, NULL"
            + " FROM range(12) t(i)");
  }

  /** Commits {@code count} events that end at {@code to}, {@code spread} apart in all. */
  synchronized void step(int count, Duration spread, Instant to) throws SQLException {
    execute(
        "INSERT INTO impressions SELECT printf('imp-%08d', i), 1 + (power(random(), 2.2) * 39)::INTEGER,"
            + " 'user-' || (random() * 4000)::INTEGER, ['DE','DE','DE','FR','FR','NL','PL','ES','IT'][1 + (random() * 8)::INTEGER],"
            + " ['mobile','mobile','mobile','desktop','desktop','tablet'][1 + (random() * 5)::INTEGER],"
            + " 0.0005 + random() * 0.011, shown, CASE WHEN clicked THEN printf('clk-%08d', i) END,"
            + " CASE WHEN clicked THEN shown + INTERVAL 1 SECOND * (2 + random() * 30)::INTEGER END"
            + " FROM (SELECT i + "
            + rows
            + " AS i, random() < 0.115 + 0.05 * sin(i / 900) AS clicked, TIMESTAMPTZ '"
            + to
            + "' - INTERVAL "
            + Math.max(1, spread.toMillis())
            + " MILLISECOND * (1 - i / "
            + count
            + ") AS shown FROM range("
            + count
            + ") t(i))");
    rows += count;
    batches++;
    newest = to;
    listeners.forEach(Runnable::run);
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = root.createStatement()) {
      statement.execute(sql);
    }
  }

  /** One value of a query that runs outside the gate: what the page must show. */
  String value(String sql) throws SQLException {
    try (Connection connection = root.duplicate();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  void sinkHealth(Health health) {
    sinkHealth = health;
  }

  @Override
  public Project project() {
    return project;
  }

  @Override
  public Map<String, StreamProgram> programs() {
    return Map.of();
  }

  @Override
  public Status status() {
    Instant now = Instant.now();
    List<Status.SourceStatus> sources = new ArrayList<>();
    Instant watermark = newest.minusSeconds(10);
    project
        .streams()
        .forEach(
            s ->
                sources.add(
                    new Status.SourceStatus(
                        s.qualifiedName(),
                        Health.OK,
                        Optional.empty(),
                        s.name().equals("clicks") ? 41.5 : 340.2,
                        s.name().equals("clicks") ? rows / 8 : rows,
                        7,
                        Optional.of(watermark),
                        Optional.of(Duration.between(watermark, now)),
                        s.name().equals("clicks") ? 12 : 0,
                        s.name().equals("clicks") ? 0 : 40,
                        3,
                        Optional.empty())));
    List<Status.StreamStatus> streams = new ArrayList<>();
    project.models().stream()
        .filter(m -> m.materialization() == Materialization.STREAM)
        .forEach(
            m ->
                streams.add(
                    new Status.StreamStatus(
                        m.name(), Health.OK, Optional.empty(), 122.4, rows, true)));
    List<Status.SinkStatus> sinks = new ArrayList<>();
    Optional<Problem> reason =
        sinkHealth == Health.OK
            ? Optional.empty()
            : Optional.of(
                Problem.error(
                    ServerError.STORE_NOT_READABLE,
                    null,
                    "PostgreSQL does not answer at 127.0.0.1:5433",
                    "it is tried again every 2 s; nothing is lost"));
    project
        .sinks()
        .forEach(
            s ->
                sinks.add(
                    new Status.SinkStatus(
                        s.name(), sinkHealth, reason, batches, 5, Duration.ofMillis(80), 96.1)));
    return new Status(
        now,
        started,
        sources,
        streams,
        sinks,
        new Status.BatchStatus(batches, Duration.ofMillis(14), Duration.ofMillis(41)),
        size(),
        List.of(
            new Status.SystemStatus("kafka", "kafka", true, Health.OK, "localhost:9092"),
            new Status.SystemStatus("postgres", "postgres", true, sinkHealth, "localhost:5433")));
  }

  private long size() {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public Connection read() throws SQLException {
    return root.duplicate();
  }

  @Override
  public long replay(Optional<String> source) {
    throw new UnsupportedOperationException("this store has no flow");
  }

  @Override
  public Set<String> amend(String source, LedgerAction action, Set<String> keys) {
    throw new UnsupportedOperationException("this store has no source");
  }

  @Override
  public TableVersions versions() {
    return TableVersions.NONE;
  }

  @Override
  public dev.millrace.dbt.adapter.Adapter models() {
    throw new UnsupportedOperationException("nothing is built here");
  }

  @Override
  public AutoCloseable onCommit(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public void close() throws SQLException {
    root.close();
  }
}
