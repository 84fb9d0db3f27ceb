package dev.millrace.engine.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.error.Problems;
import dev.millrace.api.option.Option;
import dev.millrace.api.type.DataType;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.command.DbtCommands;
import dev.millrace.dbt.command.DbtRequest;
import dev.millrace.dbt.command.DbtRequest.NodeSelection;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.engine.Engine;
import dev.millrace.engine.EngineOptions;
import dev.millrace.engine.Programs;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.batch.BatchLimits;
import dev.millrace.engine.batch.StoreAdapter;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.KafkaSystem;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A project over topics that the test writes, which is edited between runs. */
final class EditedProject implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Path folder;
  private final Path storeFolder;
  private final EmbeddedBroker broker;
  private Clock clock = Clock.systemUTC();

  /** Kafka's options; the connector itself is a module that the engine does not know. */
  private static final class Kafka implements Connector {
    @Override
    public String name() {
      return KafkaSystem.NAME;
    }

    @Override
    public String summary() {
      return "";
    }

    @Override
    public List<Option> systemOptions() {
      return KafkaSystem.OPTIONS;
    }
  }

  /** A target that is away: changes for it wait. */
  private static final class Away implements SinkConnector {
    @Override
    public String name() {
      return "away";
    }

    @Override
    public String summary() {
      return "";
    }

    @Override
    public List<Option> systemOptions() {
      return List.of();
    }

    @Override
    public List<Option> sinkOptions() {
      return List.of();
    }

    @Override
    public String guarantee() {
      return "";
    }

    @Override
    public Optional<String> targetType(DataType type) {
      return Optional.of(type.toString());
    }

    @Override
    public Sink open(SinkContext context) {
      throw new IllegalStateException("its system never runs");
    }
  }

  EditedProject(Path folder) throws IOException {
    this.folder = folder.resolve("project");
    this.storeFolder = folder.resolve("store");
    this.broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
    write("millrace.yml", "name: shop\ntargets: {dev: {kafka: embedded}}\n");
  }

  EmbeddedBroker broker() {
    return broker;
  }

  /** The time of the runs from now on. */
  void clock(Clock now) {
    clock = now;
  }

  void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  void remove(String file) throws IOException {
    Files.delete(folder.resolve(file));
  }

  /** Writes the streams of the source {@code shop}, one in each line. */
  void source(String... streams) throws IOException {
    write(
        "sources/shop.yml",
        "sources:\n  - name: shop\n    streams:\n      - {"
            + String.join("}\n      - {", streams)
            + "}\n");
  }

  /** Writes a stream, with configuration that begins with a comma. */
  void stream(String name, String sql, String config) throws IOException {
    write("models/" + name + ".sql", "{{ config(materialized='stream'" + config + ") }}\n" + sql);
  }

  void stream(String name, String sql) throws IOException {
    stream(name, sql, "");
  }

  /** Sends records to partition 0: key and value, in turn. */
  void send(String topic, @Nullable String... keysAndValues) {
    sendTo(topic, 0, keysAndValues);
  }

  void sendTo(String topic, int partition, @Nullable String... keysAndValues) {
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      admin.ensure(List.of(TopicDeclaration.of(topic, partition + 1)));
    }
    Properties properties = new Properties();
    properties.putAll(broker.cluster().clientProperties("test"));
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < keysAndValues.length; i += 2) {
        producer.send(
            new ProducerRecord<>(topic, partition, keysAndValues[i], keysAndValues[i + 1]));
      }
    }
  }

  /** Gives a topic more partitions. */
  void grow(String topic, int partitions) throws Exception {
    try (Admin admin = Admin.create(Map.copyOf(broker.cluster().clientProperties("test")))) {
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all().get();
    }
  }

  /** Kafka deletes the first records of partition 0. */
  void deleteBefore(String topic, long offset) throws Exception {
    try (Admin admin = Admin.create(Map.copyOf(broker.cluster().clientProperties("test")))) {
      admin
          .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(offset)))
          .all()
          .get();
    }
  }

  /** What a run would make of the streams, a line each: the name, the verdict and why. */
  List<String> plan() {
    return plan("stream");
  }

  /** The same of assets of a kind. */
  List<String> plan(String kind) {
    try (Engine engine = open()) {
      return engine.edit().orElseThrow().changes().stream()
          .filter(c -> c.kind().equals(kind))
          .map(c -> c.name() + " " + c.verdict().text() + ": " + c.reason())
          .toList();
    }
  }

  Project load() {
    return new ProjectLoader(List.of(new Kafka(), new Away()), new DbtTemplates(), Map.of())
        .load(folder, null);
  }

  private Map<String, StreamProgram> compile(Project project) {
    Problems problems = new Problems();
    Map<String, StreamProgram> programs = Programs.compile(project, Map.of(), problems);
    problems.throwIfErrors();
    return programs;
  }

  /** Opens the engine over the kept store. */
  Engine open() {
    Project project = load();
    return Engine.open(
        project,
        compile(project),
        new EngineOptions(
            storeFolder,
            broker.cluster(),
            Map.of(),
            Map.of("away", new Away()),
            Map.of(),
            false,
            256L << 20,
            2,
            clock,
            List::of,
            Optional.empty()));
  }

  /** Runs until everything is read and filled. */
  void run() {
    try (Engine engine = open()) {
      engine.start();
      await(engine);
    }
  }

  /** Waits until everything is read and filled. */
  static void await(Engine engine) {
    Awaitility.await("everything is read")
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> engine.isDrained() || hasStopped(engine));
    assertThat(hasStopped(engine)).as("%s", engine.problems()).isFalse();
  }

  /** Runs until a stream has stopped, and returns why. */
  String runUntilStopped() {
    try (Engine engine = open()) {
      engine.start();
      Awaitility.await("a stream stops").atMost(LIMIT).until(() -> hasStopped(engine));
      return engine.problems().toString();
    }
  }

  private static boolean hasStopped(Engine engine) {
    return engine.hasStopped()
        || engine.status().streams().stream().anyMatch(s -> s.health() == Health.STOPPED);
  }

  /** Builds with a running engine, as `millrace build` asks it to; `words` are names of nodes. */
  void build(Engine engine, String... names) {
    build(engine.models(), names);
  }

  /** Builds while nothing runs. */
  void build(String... names) {
    try (Store store = store()) {
      build(new StoreAdapter(store, BatchLimits.alone(2), folder), names);
    }
  }

  private void build(Adapter adapter, String... names) {
    DbtRequest request =
        new DbtRequest(
            "build",
            folder,
            folder,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            new NodeSelection(
                List.of(names),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty()),
            Optional.empty(),
            false,
            false,
            false,
            Optional.empty(),
            false,
            false,
            false,
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "selector",
            false,
            false);
    StringWriter out = new StringWriter();
    boolean good =
        new DbtCommands(request, Map.of(), new PrintWriter(out)).run(manifest -> adapter);
    assertThat(good).as(out.toString()).isTrue();
  }

  Store store() {
    return Store.open(new StoreOptions(storeFolder, ZoneOffset.UTC, 256L << 20, 2));
  }

  /** Changes the store while nothing runs. */
  void execute(String sql) throws SQLException {
    try (Store store = store();
        Connection connection = store.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Rows of a query over the store while nothing runs, as texts, sorted. */
  List<String> rows(String sql) throws SQLException {
    try (Store store = store();
        Connection connection = store.connect()) {
      return rows(connection, sql);
    }
  }

  static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          row.append(i == 1 ? "" : "|").append(result.getString(i));
        }
        rows.add(row.toString());
      }
    }
    rows.sort(null);
    return rows;
  }

  @Override
  public void close() {
    broker.close();
  }
}
