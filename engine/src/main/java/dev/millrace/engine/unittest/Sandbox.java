package dev.millrace.engine.unittest;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.FlowBuilder;
import dev.millrace.engine.ProjectFunctions;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.engine.flow.FlowParts;
import dev.millrace.engine.flow.ScriptedFlow;
import dev.millrace.engine.flow.SystemTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import dev.millrace.engine.unittest.PreparedTest.Arrival;
import dev.millrace.engine.unittest.PreparedTest.ArrivingRecord;
import dev.millrace.engine.unittest.PreparedTest.PreparedStep;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What tests run in, one after the other: a store, and the flows of a part of the project. */
final class Sandbox implements AutoCloseable {
  private static final long MEMORY = 256L << 20;

  private final Path folder;
  private final TestClock clock;
  private final Map<String, Position> positions = new LinkedHashMap<>();
  private final List<ScriptedFlow> flows = new ArrayList<>();
  private @Nullable PreparedTest running;
  private @Nullable Store store;
  private @Nullable Connection reader;

  /**
   * A sandbox without a store yet.
   *
   * @param clock what time it is for the tests
   */
  Sandbox(TestClock clock) throws IOException {
    this.clock = clock;
    this.folder = Files.createTempDirectory("millrace-test");
  }

  private PreparedTest test() {
    return Optional.ofNullable(running).orElseThrow();
  }

  private TestGraph graph() {
    return test().graph();
  }

  /**
   * Makes everything as it is before a test. Tables, and the plans of statements over them, are
   * kept for as long as tests run the same part of the project: making them takes much longer than
   * a test.
   */
  void prepare(PreparedTest test) throws SQLException {
    boolean same = running != null && running.graph() == test.graph() && store != null;
    if (!same) {
      closeFlows();
      forgetStore(test.graph().project());
    }
    running = test;
    positions.clear();
    graph().project().streams().forEach(s -> expect(s.topic(), 0));
    for (PreparedStep step : test.steps()) {
      for (Arrival arrival : step.arrivals()) {
        for (int p = 0; p <= arrival.partition(); p++) {
          expect(arrival.stream().topic(), p);
        }
      }
    }
    if (same) {
      try (Writer writer = store().writer()) {
        writer.transact(
            transaction -> {
              SystemTables.clear(transaction);
              return true;
            });
      }
      for (ScriptedFlow flow : flows) {
        flow.clear();
      }
      expectPartitions();
    } else {
      start();
    }
  }

  private void expect(String topic, int partition) {
    positions.putIfAbsent(
        Position.place(topic, partition), new Position(topic, "test", partition, 0));
  }

  private Store store() {
    return Optional.ofNullable(store).orElseThrow();
  }

  private void start() throws SQLException {
    Project project = graph().project();
    Store opened = store;
    if (opened == null) {
      opened =
          Store.open(
              new StoreOptions(folder, project.timeZone(), MEMORY, 1)
                  .with(ProjectFunctions.load(project.folder(), new Problems())));
      store = opened;
    }
    for (FlowParts parts : FlowBuilder.ofTests(graph().project(), graph().programs()).build()) {
      flows.add(ScriptedFlow.open(parts, opened, clock, clock::elapsedNanos));
    }
    expectPartitions();
    if (!graph().views().isEmpty()) {
      try (Writer writer = opened.writer()) {
        writer.transact(this::makeViews);
      }
    }
    reader = opened.connect();
  }

  private boolean makeViews(Transaction transaction) throws SQLException {
    // A view may read no stream, and then no flow has made them.
    SystemTables.create(transaction);
    for (ModelSpec view : graph().views()) {
      transaction.execute(
          "CREATE OR REPLACE VIEW main." + Identifier.quote(view.name()) + " AS " + view.sql());
    }
    return true;
  }

  private void expectPartitions() {
    flows.forEach(f -> f.expect(positions.values()));
  }

  /** Closes the store and opens it again. */
  void restart() throws SQLException {
    stop();
    start();
  }

  /** Makes the store as a new one is, which takes longer to open. */
  private void forgetStore(Project next) throws SQLException {
    Store open = store;
    if (open != null && running != null && graph().project().timeZone().equals(next.timeZone())) {
      try (Writer writer = open.writer()) {
        writer.transact(
            transaction -> {
              SystemTables.empty(transaction);
              return true;
            });
      }
    } else {
      stop();
      deleteFiles();
    }
  }

  private void closeFlows() {
    flows.forEach(ScriptedFlow::close);
    flows.clear();
    Connection open = reader;
    reader = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        // It only read.
      }
    }
  }

  private void stop() {
    closeFlows();
    Store closing = store;
    store = null;
    if (closing != null) {
      closing.close();
    }
  }

  /** One batch: what arrives together. */
  void batch(List<Arrival> arrivals) throws SQLException {
    Map<String, TopicRecords.Builder> topics = new LinkedHashMap<>();
    for (Arrival arrival : arrivals) {
      String topic = arrival.stream().topic();
      TopicRecords.Builder builder = topics.computeIfAbsent(topic, TopicRecords.Builder::new);
      String key = Position.place(topic, arrival.partition());
      Position position = Optional.ofNullable(positions.get(key)).orElseThrow();
      long offset = position.nextOffset();
      for (ArrivingRecord record : arrival.records()) {
        byte[] value =
            record
                .value()
                .map(v -> timed(v, arrival).getBytes(StandardCharsets.UTF_8))
                .orElse(null);
        builder.add(arrival.partition(), offset++, clock.millis(), (byte[]) null, value);
      }
      positions.put(key, position.at(offset));
    }
    List<TopicRecords> records =
        topics.values().stream()
            .filter(b -> b.size() > 0)
            .map(TopicRecords.Builder::build)
            .toList();
    for (ScriptedFlow flow : flows) {
      flow.batch(records, List.copyOf(positions.values()));
    }
  }

  /** Rows of a given model arrive at its watermark: none of them is late, and none moves it. */
  private String timed(String value, Arrival arrival) {
    if (!arrival.stream().source().equals(GivenModels.SOURCE)) {
      return value;
    }
    long watermark = admission(arrival.stream().qualifiedName()).watermarks().micros();
    Instant at =
        Instant.EPOCH.plus(
            watermark == Watermarks.UNKNOWN || watermark == Watermarks.ENDED ? 0 : watermark,
            ChronoUnit.MICROS);
    String time = RecordJson.text(GivenModels.TIME) + ": " + RecordJson.text(at.toString());
    String rest = value.substring(1);
    return "{" + time + (rest.strip().equals("}") ? "" : ", ") + rest;
  }

  private Admission admission(String stream) {
    return flows.stream()
        .flatMap(f -> f.sources().stream())
        .filter(s -> s.stream().qualifiedName().equals(stream))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no source " + stream));
  }

  /** Moves the watermark of every model that is given as rows. */
  void moveWatermark(Instant to) throws SQLException {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, to);
    graph().given().values().forEach(s -> flows.forEach(f -> f.advance(s.qualifiedName(), micros)));
    batch(List.of());
  }

  /** Ends inputs, as the assets' ids. */
  void end(Collection<String> inputs) throws SQLException {
    List<String> streams =
        inputs.stream()
            .flatMap(i -> graph().stream(i).stream())
            .map(s -> s.qualifiedName())
            .toList();
    flows.forEach(f -> f.end(streams));
    batch(List.of());
  }

  private List<List<@Nullable String>> query(String sql) throws SQLException {
    Connection open = Optional.ofNullable(reader).orElseThrow();
    try (Statement statement = open.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return Workbench.read(result);
    }
  }

  /** The model's rows, as texts. */
  List<List<@Nullable String>> rows(List<String> columns) throws SQLException {
    return query(
        "SELECT "
            + columns.stream()
                .map(Identifier::quote)
                .map(c -> c + "::VARCHAR")
                .collect(Collectors.joining(", "))
            + " FROM main."
            + Identifier.quote(test().spec().model()));
  }

  /** Rows of {@code system.late} and the like, as texts, in the order of their arrival. */
  List<List<@Nullable String>> refused(String kind, List<String> columns) throws SQLException {
    String selected =
        columns.stream()
            .map(
                c ->
                    c.equals("value")
                        ? "coalesce(TRY(decode(value)), value::VARCHAR)"
                        : Identifier.quote(c) + "::VARCHAR")
            .collect(Collectors.joining(", "));
    return query("SELECT " + selected + " FROM store.system." + kind + " ORDER BY id");
  }

  /** A watermark as DuckDB prints it, {@code none} or {@code infinity}. */
  String watermark(String stream) throws SQLException {
    long micros = admission(stream).watermarks().micros();
    if (micros == Watermarks.UNKNOWN) {
      return "none";
    }
    return micros == Watermarks.ENDED
        ? "infinity"
        : String.valueOf(query("SELECT make_timestamptz(" + micros + ")::VARCHAR").get(0).get(0));
  }

  /** Why streams have stopped. */
  List<Problem> stopped() {
    return flows.stream().flatMap(f -> f.stopped().stream()).toList();
  }

  /** What was refused, for a person who wonders where rows are. */
  List<String> refusalNotes() throws SQLException {
    List<String> notes = new ArrayList<>();
    for (String kind : List.of("rejected", "late", "duplicates")) {
      for (List<@Nullable String> row : refused(kind, List.of("source", "reason", "value"))) {
        String word = kind.equals("duplicates") ? "a repeat" : kind;
        notes.add(row.get(0) + ": a record is " + word + ": " + row.get(1) + ": " + row.get(2));
      }
    }
    return notes;
  }

  private void deleteFiles() {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    stop();
    deleteFiles();
    Files.delete(folder);
  }
}
