package dev.millrace.engine.flow;

import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.History;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.lookup.LookupTable;
import dev.millrace.engine.lookup.UsedColumns;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.ModelSpec.Emit;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.RecordFormat;
import dev.millrace.project.RecordFormat.Changes;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StreamCompiler;
import dev.millrace.sql.StreamProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A flow without Kafka: records go straight into batches, over a real store. */
final class FlowHarness implements AutoCloseable {
  private final Path folder;
  private final Clock clock;
  private final List<StreamSpec> sources = new ArrayList<>();
  private final Map<String, ModelSpec> models = new HashMap<>();
  private final List<String> order = new ArrayList<>();
  private final Map<String, StreamProgram> programs = new HashMap<>();
  private final Map<String, Relation> relations = new HashMap<>();
  private final Map<String, List<SinkSpec>> sinks = new HashMap<>();
  private final Map<String, Long> nextOffset = new HashMap<>();
  private @Nullable Store store;
  private @Nullable Writer writer;
  private @Nullable BatchRunner runner;
  private long memory = 512L << 20;
  private int bulkFrom = 20_000;
  private long indexFrom = 50_000;

  FlowHarness(Path folder, Clock clock) {
    this.folder = folder;
    this.clock = clock;
  }

  FlowHarness memory(long bytes) {
    memory = bytes;
    return this;
  }

  /** Batches of more records run as large ones do. */
  FlowHarness bulkFrom(int records) {
    bulkFrom = records;
    return this;
  }

  /** Has tables of fewer rows read by index. */
  FlowHarness indexFrom(long rows) {
    indexFrom = rows;
    return this;
  }

  /** Adds a source stream; columns as {@code name TYPE} texts. */
  FlowHarness source(
      String source,
      String stream,
      String eventTime,
      Duration lateness,
      Optional<StreamSpec.Unique> unique,
      String... columns) {
    List<Column> schema = new ArrayList<>();
    for (String column : columns) {
      String[] parts = column.split(" ", 2);
      schema.add(new Column(parts[0], DataTypeParser.parse(parts[1]).orElseThrow()));
    }
    StreamSpec spec =
        new StreamSpec(
            source,
            new StreamDeclaration(stream, new Schema(schema), Map.of()),
            source + "." + stream,
            1,
            eventTime,
            lateness,
            Duration.ofMinutes(1),
            Duration.ofSeconds(5),
            unique,
            StreamSpec.ExtraFields.IGNORE,
            StreamSpec.OnBad.SET_ASIDE,
            1 << 20,
            SourceLocation.ofFile("sources/test.yml"));
    sources.add(spec);
    relations.put(spec.qualifiedName(), Admission.relation(spec));
    return this;
  }

  /** Adds a stream of a source whose records change rows. */
  FlowHarness changes(
      String source, String stream, Changes changes, List<String> key, String... columns) {
    List<Column> schema = new ArrayList<>();
    for (String column : columns) {
      String[] parts = column.split(" ", 2);
      schema.add(new Column(parts[0], DataTypeParser.parse(parts[1]).orElseThrow()));
    }
    Schema all = new Schema(schema);
    return source(
        source, stream, "", all, new RecordFormat(changes, key, RecordFormat.rows(all).fields()));
  }

  /** Adds a stream of a source with records of any format. */
  FlowHarness source(
      String source, String stream, String eventTime, Schema columns, RecordFormat format) {
    StreamSpec spec =
        new StreamSpec(
            source,
            new StreamDeclaration(stream, columns, Map.of()),
            source + "." + stream,
            1,
            eventTime,
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            Duration.ofSeconds(5),
            Optional.empty(),
            StreamSpec.ExtraFields.IGNORE,
            StreamSpec.OnBad.SET_ASIDE,
            1 << 20,
            format,
            SourceLocation.ofFile("sources/test.yml"));
    sources.add(spec);
    relations.put(spec.qualifiedName(), Admission.relation(spec));
    return this;
  }

  /** Adds a table that builds make; columns as {@code name TYPE} texts. */
  FlowHarness table(String name, String... columns) {
    List<Column> schema = new ArrayList<>();
    for (String column : columns) {
      String[] parts = column.split(" ", 2);
      schema.add(new Column(parts[0], DataTypeParser.parse(parts[1]).orElseThrow()));
    }
    relations.put(name, Relation.ofTable(name, new Schema(schema)));
    return this;
  }

  /** Streams that are added from now on look up the table as of processing. */
  FlowHarness asOfProcessing(String table) {
    relations.put(table, relation(table).inProcessing());
    return this;
  }

  /** A build does this, one statement after the other in a transaction. */
  void build(String... statements) throws SQLException {
    try (Connection connection = store().connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (String sql : statements) {
        statement.execute(sql);
      }
      connection.commit();
    }
    runner().lookups().written(Set.of());
  }

  /** Adds a stream model over what was added before. */
  FlowHarness stream(String name, String sql, Emit emit, Optional<Duration> retain)
      throws Exception {
    try (StreamCompiler compiler = StreamCompiler.open()) {
      StreamProgram program = compiler.compile(name, sql, emit == Emit.ON_CLOSE, relations);
      programs.put(name, program);
      relations.put(name, program.output());
      models.put(
          name,
          new ModelSpec(
              name,
              "models/" + name + ".sql",
              Materialization.STREAM,
              emit,
              retain,
              sql,
              program.inputs().stream().map(Relation::name).toList(),
              Map.of(),
              "",
              Map.of(),
              (offset, length) -> SourceLocation.ofFile("models/" + name + ".sql")));
      order.add(name);
    }
    return this;
  }

  FlowHarness stream(String name, String sql) throws Exception {
    return stream(name, sql, Emit.ON_CHANGE, Optional.empty());
  }

  FlowHarness sink(SinkSpec sink) {
    sinks.computeIfAbsent(sink.from(), k -> new ArrayList<>()).add(sink);
    return this;
  }

  StreamProgram program(String name) {
    return Optional.ofNullable(programs.get(name)).orElseThrow();
  }

  /** Opens the store and loads the flow, as a start does. */
  FlowHarness open() throws SQLException {
    Store opened = Store.open(new StoreOptions(folder, ZoneOffset.UTC, memory, 2, indexFrom));
    store = opened;
    List<Admission> admissions =
        sources.stream()
            .map(s -> new Admission(s, relation(s.qualifiedName()), new History(s)))
            .toList();
    List<StreamRun> streams = new ArrayList<>();
    for (String name : order) {
      List<Outbox> outboxes =
          sinks.getOrDefault(name, List.of()).stream()
              .map(s -> new Outbox(s, program(name).output().schema()))
              .toList();
      streams.add(
          new StreamRun(
              Optional.ofNullable(models.get(name)).orElseThrow(), program(name), outboxes));
    }
    List<Lookup> lookups =
        UsedColumns.ofTables(programs.values()).entrySet().stream()
            .map(
                t ->
                    new Lookup(
                        new LookupTable(
                            t.getKey(),
                            "main",
                            t.getKey(),
                            Set.of(LookupTable.written("main", t.getKey())),
                            t.getValue())))
            .toList();
    runner =
        new BatchRunner(
            new FlowParts("test", admissions, streams, List.of(), lookups),
            clock,
            new Workers(bulkFrom));
    writer = opened.writer();
    runner().load(opened, writer());
    return this;
  }

  private Relation relation(String name) {
    return Optional.ofNullable(relations.get(name)).orElseThrow();
  }

  BatchRunner runner() {
    return Optional.ofNullable(runner).orElseThrow();
  }

  Writer writer() {
    return Optional.ofNullable(writer).orElseThrow();
  }

  Store store() {
    return Optional.ofNullable(store).orElseThrow();
  }

  /** Runs one batch; records by topic, JSON texts, all in partition 0. */
  void batch(Map<String, List<String>> records) throws SQLException {
    batch(0, records);
  }

  /** Runs one batch; records by topic, JSON texts, all in one partition. */
  void batch(int partition, Map<String, List<String>> records) throws SQLException {
    List<TopicRecords> topics = new ArrayList<>();
    List<Position> readTo = new ArrayList<>();
    for (StreamSpec source : sources) {
      List<String> values = records.getOrDefault(source.topic(), List.of());
      long first = nextOffset.getOrDefault(source.topic(), 0L);
      if (!values.isEmpty()) {
        TopicRecords.Builder builder = new TopicRecords.Builder(source.topic());
        for (int i = 0; i < values.size(); i++) {
          byte[] value = values.get(i).getBytes(StandardCharsets.UTF_8);
          builder.add(partition, first + i, 0, (byte[]) null, value);
        }
        topics.add(builder.build());
      }
      nextOffset.put(source.topic(), first + values.size());
      readTo.add(new Position(source.topic(), "id", partition, first + values.size()));
    }
    runner().run(writer(), runner().decode(topics), readTo, false, () -> {});
  }

  /** Runs one batch of records as they would come from Kafka. */
  void run(List<TopicRecords> topics) throws SQLException {
    Map<String, Position> readTo = new HashMap<>();
    for (TopicRecords records : topics) {
      for (int i = 0; i < records.size(); i++) {
        readTo.put(
            records.topic() + "/" + records.partition(i),
            new Position(records.topic(), "id", records.partition(i), records.offset(i) + 1));
      }
    }
    runner().run(writer(), runner().decode(topics), List.copyOf(readTo.values()), false, () -> {});
  }

  /** Tries rejected records again. */
  void replay() throws SQLException {
    writer().transact(t -> SystemTables.markForReplay(t, Optional.empty()));
    runner().run(writer(), List.of(), List.of(), true, () -> {});
  }

  /** Rows of a query over the store, as texts, sorted. */
  List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = store().connect();
        Statement statement = connection.createStatement();
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
    if (runner != null) {
      runner().close();
    }
    if (writer != null) {
      writer().close();
    }
    if (store != null) {
      store().close();
    }
  }
}
