package dev.millrace.connect.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.embedded.Supervisor;
import dev.millrace.testing.Batches;
import dev.millrace.testing.OptionValues;
import dev.millrace.testing.SinkContract;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL as a target: the contract of every sink, and what only this one can meet. */
class PostgresSinkTest extends SinkContract {
  private static final Schema EVENTS =
      new Schema(
          List.of(
              new Column("id", new DataType.Scalar(DataType.Kind.BIGINT)),
              new Column("text", new DataType.Scalar(DataType.Kind.VARCHAR))));

  @TempDir static Path project;
  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = new PostgresServer(project);
    server.start();
  }

  @AfterAll
  static void stop() {
    server.stop();
    assertThat(server.system().pid()).isEmpty();
  }

  @Override
  protected SinkConnector connector() {
    return new PostgresConnector();
  }

  @Override
  protected Map<String, String> system() {
    return server.options();
  }

  @Override
  protected void stopSystem() {
    server.stop();
  }

  @Override
  protected void startSystem() {
    server.start();
  }

  @Override
  protected String newTable() {
    return "sinks." + super.newTable();
  }

  @Override
  protected List<List<@Nullable Object>> read(String table, Schema schema) {
    return server.read(table, schema);
  }

  @Override
  protected Object stored(DataType type, Object value) {
    boolean interval = type.equals(new DataType.Scalar(DataType.Kind.INTERVAL));
    if (interval) {
      return value.toString().replace("months", "mons");
    }
    return PostgresTypes.sql(type).equals("jsonb") && !(value instanceof String)
        ? jsonb(value)
        : value;
  }

  /** As PostgreSQL prints it. */
  private static String jsonb(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> "\"" + e.getKey() + "\": " + jsonb(e.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(PostgresSinkTest::jsonb).collect(Collectors.joining(", ", "[", "]"));
    }
    return value instanceof String text
        ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"'
        : String.valueOf(value);
  }

  @Test
  void serverKilledInTheMiddleOfDeliveriesLosesAndDoublesNothing() throws IOException {
    String table = newTable();
    int batches = 60;
    try (Supervisor supervisor = new Supervisor(List.of(server.system()))) {
      server.stop();
      supervisor.start();
      Thread killer =
          new Thread(
              () -> {
                for (int kills = 0; kills < 3; kills++) {
                  kill(supervisor);
                }
              });
      killer.start();
      int away = deliverAll(table, batches, killer);
      assertThat(away).as("deliveries that met a dead server").isPositive();
    } finally {
      server.start();
    }
    List<Object> ids = new ArrayList<>();
    read(table, EVENTS).forEach(row -> ids.add(String.valueOf(row.get(0))));
    assertThat(ids).hasSize(batches * 500).doesNotHaveDuplicates();
  }

  /**
   * Appends numbered batches as an engine would, until the last one; returns how often it failed.
   */
  private int deliverAll(String table, int batches, Thread killer) {
    int failures = 0;
    long done = 0;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (done < batches) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      try (Sink sink = connector().open(context(table, EVENTS))) {
        done = sink.position().map(SinkPosition::sequence).orElse(0L);
        while (done < batches) {
          // Its last batches wait for the last kill, so that none comes too late.
          if (done == batches - 3) {
            killer.join(30_000);
          }
          Batches batch = new Batches(EVENTS);
          for (int row = 0; row < 500; row++) {
            batch.put(done * 500 + row, "batch " + done);
          }
          sink.deliver(batch.build(), done + 1);
          done++;
        }
      } catch (RetryException e) {
        failures++;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return failures;
  }

  private static void kill(Supervisor supervisor) {
    int restarts = supervisor.status().get(0).restarts();
    server.system().pid().flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                supervisor.status().get(0).restarts() > restarts
                    && supervisor.status().get(0).state() == Supervisor.State.RUNNING);
  }

  @Test
  void serverThatHangsIsGivenUp() throws IOException, InterruptedException {
    String table = newTable();
    try (Sink sink = open(table, "timeout", "1s")) {
      sink.deliver(new Batches(EVENTS).put(1L, "a").build(), 1);
      long backend =
          Long.parseLong(
              String.valueOf(
                  server.query(
                      "SELECT pid FROM pg_stat_activity WHERE application_name LIKE '%/"
                          + table
                          + "'")));
      signal("STOP", backend);
      try {
        assertThatThrownBy(() -> sink.deliver(new Batches(EVENTS).put(2L, "b").build(), 2))
            .isInstanceOf(RetryException.class);
      } finally {
        signal("CONT", backend);
      }
    }
    try (Sink sink = open(table)) {
      assertThat(sink.position().orElseThrow().sequence()).isEqualTo(1);
    }
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  @Test
  void writerWaitsForAnotherOnesOpenTransactionAndThenGivesWay()
      throws SQLException, InterruptedException {
    String table = newTable();
    try (Sink sink = open(table);
        Connection other = server.connect();
        Statement statement = other.createStatement()) {
      sink.deliver(new Batches(EVENTS).put(1L, "a").build(), 1);
      other.setAutoCommit(false);
      statement.execute("UPDATE millrace.positions SET sequence = 2 WHERE sink = '" + table + "'");
      CompletableFuture<@Nullable Throwable> delivery =
          CompletableFuture.supplyAsync(
              () ->
                  catchThrowable(() -> sink.deliver(new Batches(EVENTS).put(2L, "b").build(), 2)));
      await()
          .until(
              () ->
                  "1"
                      .equals(
                          server.query(
                              "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                  + " AND application_name LIKE '%/"
                                  + table
                                  + "'")));
      other.commit();
      assertThat(delivery.join())
          .isInstanceOf(RetryException.class)
          .hasMessageContaining("position was 1 and is 2")
          .hasMessageContaining("[SINK_POSITION_MOVED]");
    }
    assertThat(read(table, EVENTS)).hasSize(1);
  }

  @Test
  void accessProblemsStopWithoutTellingSecrets() {
    assertStops("password", "wrong-secret", "check the system's `user` and `password`");
    String url = server.options().get("url");
    assertStops("url", url + "_missing", "create the database");
    assertStops("url", "mysql://millrace:wrong-secret@host/db", "is no address");
    assertThatThrownBy(() -> open("t", "url", "postgresql://127.0.0.1:1/kit"))
        .isInstanceOf(RetryException.class)
        .hasMessageContaining("127.0.0.1:1/kit");
  }

  private void assertStops(String option, String value, String expected) {
    assertThatThrownBy(() -> open("t", option, value))
        .isInstanceOf(StopException.class)
        .hasMessageContaining(expected)
        .hasMessageNotContaining("wrong-secret");
  }

  @Test
  void credentialsMayBePartOfTheAddress() {
    Map<String, String> own = server.options();
    String url =
        String.valueOf(own.get("url"))
            .replace("jdbc:postgresql://", "postgres://millrace:" + own.get("password") + "@");
    SinkContext plain = context("in_address", EVENTS);
    SinkContext context =
        new SinkContext(
            plain.project(),
            plain.sink(),
            plain.epoch(),
            OptionValues.of(connector().systemOptions(), Map.of("url", url)),
            plain.options(),
            plain.table(),
            EVENTS,
            plain.mode(),
            plain.key());
    try (Sink sink = connector().open(context)) {
      assertThat(sink.position()).isEmpty();
    }
  }

  @Test
  void constraintOfTheTableStopsWithItsName() {
    String table = newTable();
    open(table).close();
    server.execute("ALTER TABLE " + table + " ADD CONSTRAINT short CHECK (length(text) < 3)");
    try (Sink sink = open(table)) {
      assertThatThrownBy(() -> sink.deliver(new Batches(EVENTS).put(1L, "long").build(), 1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("short")
          .hasMessageContaining("23514");
    }
    try (Sink sink = open(table)) {
      assertThat(sink.position()).isEmpty();
    }
  }

  @Test
  void userWithoutRightsIsToldSo() {
    server.execute("CREATE ROLE reader LOGIN PASSWORD 'r'");
    assertThatThrownBy(() -> open(newTable(), "user", "reader", "password", "r"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("permission denied")
        .hasMessageContaining("[DATABASE_ACCESS]");
  }

  private Sink open(String table, String... changes) {
    SinkContext plain = context(table, EVENTS);
    return connector()
        .open(
            new SinkContext(
                plain.project(),
                plain.sink(),
                plain.epoch(),
                OptionValues.of(connector().systemOptions(), server.options(changes)),
                plain.options(),
                table,
                EVENTS,
                plain.mode(),
                plain.key()));
  }
}
