package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.option.Options;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.PostgresSystem;
import dev.millrace.engine.Engine;
import dev.millrace.engine.EngineOptions;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.change.ChangePlan;
import dev.millrace.engine.change.ChangePlanner;
import dev.millrace.engine.change.Starts;
import dev.millrace.engine.change.StoredProject;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.PartitionReader;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.project.StreamSpec;
import dev.millrace.project.SystemSpec;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/**
 * A project over two topics that the test writes, which is edited between runs. Its streams {@code
 * all_orders} and {@code all_payments} are never edited: they hold what was admitted, over which a
 * second DuckDB runs every other stream's query.
 */
final class EditedShop implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final Path folder;
  private final Path storeFolder;
  private final EmbeddedBroker broker;
  private final PostgresSystem postgres;
  private final Map<String, Object> address;
  private final Random random;
  private final Connectors connectors = new Connectors();
  private final List<String> sent = new ArrayList<>();
  private Instant happening = NOON;
  private int numbers;
  private boolean replaceSinks;

  EditedShop(Path folder, Random random) throws IOException {
    this.folder = folder;
    this.storeFolder = folder.resolve("kept-store");
    this.random = random;
    DataFolder data = DataFolder.open(folder.resolve("systems"));
    this.broker = EmbeddedBroker.start(data.resolve("kafka"), 0);
    this.postgres =
        new PostgresSystem("postgres", "shop", data.resolve("postgres"), new Ports(data));
    this.address = postgres.start();
    write(
        "millrace.yml",
        """
        name: shop
        targets:
          dev:
            kafka: {url: "%s"}
            postgres: {url: "%s", user: "%s", password: "%s"}
            schema_registry: {url: "http://localhost:1"}
        """
            .formatted(
                broker.cluster().url(),
                address.get("url"),
                address.get("user"),
                address.get("password")));
    source("");
    stream("all_orders", "SELECT * FROM {{ source('shop', 'orders') }}");
    stream("all_payments", "SELECT * FROM {{ source('shop', 'payments') }}");
  }

  /** Writes the source, with more options for orders. */
  EditedShop source(String orderOptions) throws IOException {
    write(
        "sources/shop.yml",
        """
        sources:
          - name: shop
            streams:
              - name: orders
                topic: shop.orders
                partitions: 2
                event_time: ordered_at
                allowed_lateness: 5 seconds
                unique: {key: order_id, within: 10 minutes}
                %s
                columns:
                  - {name: order_id, type: VARCHAR}
                  - {name: customer, type: INTEGER}
                  - {name: amount, type: DOUBLE}
                  - {name: ordered_at, type: TIMESTAMPTZ}
              - name: payments
                topic: shop.payments
                event_time: paid_at
                allowed_lateness: 5 seconds
                columns:
                  - {name: order_id, type: VARCHAR}
                  - {name: paid, type: "DECIMAL(10,2)"}
                  - {name: paid_at, type: TIMESTAMPTZ}
        """
            .formatted(orderOptions));
    return this;
  }

  /** Writes a stream. */
  EditedShop stream(String name, String sql) throws IOException {
    return stream(name, sql, "");
  }

  /** Writes a stream with more configuration, which starts with a comma. */
  EditedShop stream(String name, String sql, String config) throws IOException {
    write("models/" + name + ".sql", "{{ config(materialized='stream'" + config + ") }}\n" + sql);
    return this;
  }

  EditedShop view(String name, String sql) throws IOException {
    write("models/" + name + ".sql", "{{ config(materialized='view') }}\n" + sql);
    return this;
  }

  EditedShop sinks(String... sinks) throws IOException {
    StringBuilder text = new StringBuilder("sinks:\n");
    for (String sink : sinks) {
      text.append("  - {").append(sink).append(", system: postgres, add_columns: true}\n");
    }
    write("sinks/sinks.yml", text.toString());
    return this;
  }

  EditedShop remove(String file) throws IOException {
    Files.delete(folder.resolve(file));
    return this;
  }

  void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  /** Orders happen from this instant on. */
  void happenAt(Instant instant) {
    happening = instant;
  }

  /** Writes this many orders and their payments: some late, malformed, twice. */
  void arrive(int orders) {
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      admin.ensure(
          List.of(TopicDeclaration.of("shop.orders", 2), TopicDeclaration.of("shop.payments", 1)));
    }
    Properties properties = new Properties();
    properties.putAll(broker.cluster().clientProperties("test"));
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < orders; i++) {
        happening = happening.plusMillis(random.nextInt(400));
        String id = "o" + numbers++;
        Instant at =
            happening.minusMillis(random.nextInt(random.nextInt(12) == 0 ? 20_000 : 4_000));
        String json =
            String.format(
                Locale.ROOT,
                "{\"order_id\":\"%s\",\"customer\":%d,\"amount\":%.2f,\"ordered_at\":\"%s\"}",
                id,
                random.nextInt(5),
                random.nextInt(10_000) / 100.0,
                at);
        if (random.nextInt(30) == 0) {
          json = json.substring(1);
        }
        if (random.nextInt(15) == 0 && !sent.isEmpty()) {
          json = sent.get(sent.size() - 1 - random.nextInt(Math.min(20, sent.size())));
        }
        sent.add(json);
        producer.send(new ProducerRecord<>("shop.orders", random.nextInt(2), null, json));
        if (random.nextInt(3) > 0) {
          producer.send(
              new ProducerRecord<>(
                  "shop.payments",
                  String.format(
                      Locale.ROOT,
                      "{\"order_id\":\"%s\",\"paid\":%d.50,\"paid_at\":\"%s\"}",
                      "o" + (numbers - 1 - random.nextInt(Math.min(numbers, 10))),
                      random.nextInt(100),
                      happening.minusMillis(random.nextInt(3_000)))));
        }
      }
    }
  }

  Project load() {
    return new ProjectLoader(connectors.all(), new DbtTemplates(), Map.of()).load(folder, null);
  }

  /** Opens the engine over the kept store. */
  Engine open() {
    Project project = load();
    Map<String, Options> systems = new HashMap<>();
    for (SystemSpec system : project.target().systems()) {
      systems.put(system.name(), system.options());
    }
    return Engine.open(
        project,
        SmallShop.compile(project, connectors),
        new EngineOptions(
            storeFolder,
            broker.cluster(),
            connectors.sources(),
            connectors.sinks(),
            systems,
            replaceSinks,
            256L << 20,
            2,
            Clock.systemUTC(),
            List::of,
            Optional.empty()));
  }

  /** Runs until everything is read, filled and delivered. */
  void run() {
    try (Engine engine = open()) {
      engine.start();
      Awaitility.await("everything is read and delivered")
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> engine.isDrained() || hasStopped(engine));
      assertThat(hasStopped(engine)).as("%s", engine.problems()).isFalse();
    }
  }

  /** As {@link #run}, with {@code --replace-sinks}. */
  void runReplacingSinks() {
    replaceSinks = true;
    run();
    replaceSinks = false;
  }

  /** Runs until as many parts have stopped, and returns why. */
  String runUntilStopped(int parts) {
    try (Engine engine = open()) {
      engine.start();
      Awaitility.await().atMost(LIMIT).until(() -> engine.problems().size() == parts);
      return engine.problems().toString();
    }
  }

  /**
   * The records of a topic that a reader has in the end: the newest of each key, and all without
   * one.
   */
  List<String> held(String topic) {
    Map<String, String> newest = new TreeMap<>();
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster());
        PartitionReader reader = new PartitionReader(broker.cluster(), "test")) {
      for (PartitionRange range : admin.ranges(admin.describe(List.of(topic)).values())) {
        reader.read(
            range,
            LIMIT,
            record -> {
              String key =
                  record.key() == null
                      ? "null " + record.partition() + " " + record.offset()
                      : new String(record.key(), StandardCharsets.UTF_8);
              if (record.value() == null) {
                newest.remove(key);
              } else {
                newest.put(key, key + new String(record.value(), StandardCharsets.UTF_8));
              }
            });
      }
    }
    return newest.values().stream().sorted().toList();
  }

  private static boolean hasStopped(Engine engine) {
    return engine.hasStopped()
        || engine.status().streams().stream().anyMatch(s -> s.health() == Health.STOPPED);
  }

  /** Runs until something of what is to be filled may be filled. */
  void runShortly() {
    try (Engine engine = open()) {
      engine.start();
      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextInt(1_500));
      Awaitility.await()
          .pollInterval(Duration.ofMillis(20))
          .until(() -> engine.isDrained() || System.nanoTime() > until);
    }
  }

  /** What a run would do now: {@code name} and verdict. */
  Map<String, String> plan() throws SQLException {
    Map<String, String> verdicts = new TreeMap<>();
    changes().changes().forEach(c -> verdicts.put(c.kind() + " " + c.name(), c.verdict().text()));
    return verdicts;
  }

  ChangePlan changes() throws SQLException {
    Project project = load();
    StoredProject stored = StoredProject.NONE;
    if (Files.exists(storeFolder)) {
      try (Store store = store();
          Connection connection = store.connect()) {
        stored = StoredProject.read(connection);
      }
    }
    Map<String, StreamProgram> programs = SmallShop.compile(project, connectors);
    return ChangePlanner.plan(
        project, Starts.apply(project, programs, stored, Instant.now()), stored, Map.of());
  }

  private Store store() {
    return Store.open(new StoreOptions(storeFolder, ZoneOffset.UTC, 256L << 20, 2));
  }

  /** Rows of a query over the store, as texts, sorted. */
  List<String> stored(String sql) throws SQLException {
    try (Store store = store();
        Connection connection = store.connect()) {
      return rows(connection, sql);
    }
  }

  /** Rows of a query over the target, as texts, sorted. */
  List<String> delivered(String sql) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection(
            String.valueOf(address.get("url")),
            String.valueOf(address.get("user")),
            String.valueOf(address.get("password")))) {
      return rows(connection, sql);
    }
  }

  /** Compares every stream with its query over what was admitted. */
  void assertExact() throws SQLException {
    Project project = load();
    Map<String, StreamProgram> programs = SmallShop.compile(project, connectors);
    try (Store store = store();
        Connection kept = store.connect();
        Connection oracle = DriverManager.getConnection("jdbc:duckdb:")) {
      execute(oracle, "SET TimeZone = 'UTC'");
      execute(oracle, "CREATE SCHEMA shop");
      copy(kept, "all_orders", oracle, "shop.orders");
      copy(kept, "all_payments", oracle, "shop.payments");
      for (StreamSpec stream : project.streams()) {
        String watermark =
            rows(
                    kept,
                    "SELECT watermark FROM store.system.sources WHERE source = '"
                        + stream.qualifiedName()
                        + "'")
                .get(0);
        execute(
            oracle,
            "SET VARIABLE \"wm_"
                + stream.qualifiedName()
                + "\" = '"
                + watermark
                + "'::TIMESTAMPTZ");
      }
      for (Map.Entry<String, StreamProgram> stream : programs.entrySet()) {
        execute(oracle, "CREATE TABLE " + stream.getKey() + " AS " + stream.getValue().batchSql());
        assertSame(
            stream.getKey(),
            rows(kept, "FROM " + stream.getKey()),
            rows(oracle, "FROM " + stream.getKey()));
      }
      assertThat(
              rows(
                  kept,
                  "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE contains(table_name, '~')"))
          .isEmpty();
      assertThat(names(kept, "published"))
          .containsExactlyElementsOf(programs.keySet().stream().sorted().toList());
      TreeSet<String> states = new TreeSet<>();
      programs.values().forEach(p -> p.states().forEach(s -> states.add(s.name())));
      states.add("history_shop.orders");
      assertThat(names(kept, "state")).containsExactlyElementsOf(states);
      assertThat(names(kept, "outbox"))
          .containsExactlyElementsOf(project.sinks().stream().map(s -> s.name()).sorted().toList());
    }
  }

  private static void assertSame(String what, List<String> found, List<String> expected) {
    List<String> tooMuch = new ArrayList<>(found);
    expected.forEach(tooMuch::remove);
    List<String> missing = new ArrayList<>(expected);
    found.forEach(missing::remove);
    assertThat(tooMuch.stream().limit(10)).as("%s: found too much", what).isEmpty();
    assertThat(missing.stream().limit(10)).as("%s: missing", what).isEmpty();
  }

  private static List<String> names(Connection kept, String schema) throws SQLException {
    return rows(
        kept, "SELECT table_name FROM duckdb_tables() WHERE schema_name = '" + schema + "'");
  }

  private static void copy(Connection from, String table, Connection to, String name)
      throws SQLException {
    Path file;
    try {
      file = Files.createTempFile("edited", ".parquet");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    execute(from, "COPY " + table + " TO '" + file + "' (FORMAT parquet)");
    execute(to, "CREATE TABLE " + name + " AS FROM '" + file + "'");
    assertThat(file.toFile().delete()).isTrue();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Doubles have ten digits: sums depend on the order. */
  private static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          Object value = result.getObject(i);
          row.append(i == 1 ? "" : "|")
              .append(
                  value instanceof Double d
                      ? String.format(Locale.ROOT, "%.6f", d)
                      : result.getString(i));
        }
        rows.add(row.toString());
      }
    }
    rows.sort(null);
    return rows;
  }

  @Override
  public void close() {
    postgres.stop();
    broker.close();
  }
}
