package dev.millrace.engine.change;

import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.change.Definition.SinkDefinition;
import dev.millrace.engine.change.Definition.StreamDefinition;
import dev.millrace.engine.delivery.OutboxChange;
import dev.millrace.engine.delivery.OutboxChange.Limit;
import dev.millrace.engine.flow.FillParts;
import dev.millrace.engine.flow.FilledStream;
import dev.millrace.engine.flow.FlowParts;
import dev.millrace.engine.flow.Standing;
import dev.millrace.engine.flow.StreamRun;
import dev.millrace.engine.flow.SystemTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Transaction;
import dev.millrace.project.AssetGraph.Asset;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.StateTable;
import dev.millrace.sql.StreamProgram;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a {@link ChangePlan} out: at the start what needs no record to be read again, in one
 * transaction; and for streams that are filled, what replaces the old version once the new one is
 * complete. Until then their old tables, and those of a sink that will get the difference, stay.
 */
public final class StoreChange {
  private static final Logger LOG = LoggerFactory.getLogger(StoreChange.class);

  /** What the name of a copy ends with that a sink's difference is taken from. */
  static final String OLD = "~old";

  private final Store store;
  private final Project project;
  private final Map<String, StreamProgram> programs;
  private final StoredProject stored;
  private final ChangePlan plan;
  private final BuiltSinks built;
  private final FunctionJars jars;

  /** The change of a store into what a project wants. */
  public StoreChange(
      Store store,
      Project project,
      Map<String, StreamProgram> programs,
      StoredProject stored,
      ChangePlan plan,
      BuiltSinks built) {
    this.built = built;
    this.store = store;
    this.project = project;
    this.programs = programs;
    this.stored = stored;
    this.plan = plan;
    this.jars = FunctionJars.of(project.folder());
  }

  /** Makes the table of definitions if it is missing. */
  public static void create(Transaction transaction) throws SQLException {
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.definitions (kind VARCHAR, name VARCHAR,"
            + " definition VARCHAR, current BOOLEAN, PRIMARY KEY (kind, name))");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.filling (flow VARCHAR, definition VARCHAR)");
    for (String schema : List.of("published", "state", "outbox")) {
      transaction.execute("CREATE SCHEMA IF NOT EXISTS " + schema);
    }
  }

  /**
   * What can be done at once.
   *
   * @param fills by flow, what is filled; flows of which nothing is filled are missing
   */
  public void begin(Transaction transaction, List<FlowParts> flows, Map<String, FillParts> fills)
      throws SQLException {
    standStill(transaction);
    new FlowLayout(transaction, flows).apply();
    new Removal(transaction, project, programs, stored).dropOwnerless();
    dropUnfinished(transaction, fills);
    Standing.retain(transaction, plan.filled());
    changeSinks(transaction);
    new Removal(transaction, project, programs, stored).apply();
    transaction.execute(
        "DELETE FROM store.system.assets WHERE asset NOT IN ("
            + project.graph().assets().stream()
                .map(a -> Identifier.literal(a.id()))
                .collect(
                    Collectors.joining(", ", "", project.graph().assets().isEmpty() ? "''" : ""))
            + ")");
    if (!project.graph().assets().isEmpty()) {
      transaction.execute("INSERT OR REPLACE INTO store.system.assets VALUES " + assets());
    }
  }

  /** From now on the old versions of what is filled stand still. */
  private void standStill(Transaction transaction) throws SQLException {
    List<String> standing = new ArrayList<>();
    for (StreamDefinition old : stored.streams()) {
      if (plan.filled().contains(old.name())) {
        current(transaction, old, false);
        if (stored.current().contains(old.name())) {
          standing.add(old.name());
        }
      }
    }
    Standing.note(transaction, standing);
  }

  private String assets() {
    return project.graph().assets().stream().map(this::row).collect(Collectors.joining(", "));
  }

  private String row(Asset asset) {
    String description = project.model(asset.id()).map(ModelSpec::description).orElse("");
    return Stream.of(asset.id(), asset.kind().name(), asset.file(), description)
        .map(Identifier::literal)
        .collect(Collectors.joining(", ", "(", ")"));
  }

  /** What was filled for another plan means nothing now. */
  private void dropUnfinished(Transaction transaction, Map<String, FillParts> fills)
      throws SQLException {
    Set<String> keep = new HashSet<>();
    for (Map.Entry<String, FillParts> fill : fills.entrySet()) {
      String definition = definition(fill.getValue());
      String flow = Identifier.literal(fill.getKey());
      boolean same =
          transaction.number(
                  "SELECT count(*) FROM progress.filling JOIN progress.fills USING (flow) WHERE flow = "
                      + flow
                      + " AND definition = "
                      + Identifier.literal(definition))
              > 0;
      if (same && fill.getValue().canGoOn()) {
        keep.addAll(newTables(fill.getValue()));
      } else {
        SystemTables.forgetFilled(transaction, fill.getValue().names());
        forgetFilled(transaction, "= " + flow);
        transaction.execute("DELETE FROM progress.fills WHERE flow = " + flow);
        transaction.execute("DELETE FROM progress.filling WHERE flow = " + flow);
        transaction.execute(
            "INSERT INTO progress.filling VALUES ("
                + flow
                + ", "
                + Identifier.literal(definition)
                + ")");
      }
    }
    String flows =
        fills.keySet().stream()
            .map(f -> ", " + Identifier.literal(f))
            .collect(Collectors.joining());
    forgetFilled(transaction, "NOT IN (''" + flows + ")");
    transaction.execute("DELETE FROM progress.fills WHERE flow NOT IN (''" + flows + ")");
    transaction.execute("DELETE FROM progress.filling WHERE flow NOT IN (''" + flows + ")");
    for (String table : tables(transaction, StreamRun.NEW)) {
      if (!keep.contains(table)) {
        transaction.execute("DROP TABLE " + table);
      }
    }
  }

  /** Forgets what fills of flows have rejected that were not completed. */
  private static void forgetFilled(Transaction transaction, String flows) throws SQLException {
    List<String> definitions = new ArrayList<>();
    transaction.query(
        "SELECT definition FROM progress.filling SEMI JOIN progress.fills USING (flow) WHERE flow "
            + flows,
        row -> definitions.add(row.getString(1)));
    for (String definition : definitions) {
      SystemTables.forgetFilled(
          transaction, List.copyOf(Definitions.parseFill(definition).fingerprints().keySet()));
    }
  }

  private String definition(FillParts fill) {
    List<ModelSpec> models = fill.names().stream().map(this::model).toList();
    return Definitions.text(Definitions.fill(fill.read(), models, programs, jars, fill.goesOn()));
  }

  private List<String> newTables(FillParts fill) {
    List<String> tables = new ArrayList<>();
    fill.changedRows().forEach(name -> tables.add(qualified("state", name)));
    for (String stream : fill.names()) {
      tables.add(qualified("published", stream + StreamRun.NEW));
      for (StateTable state : program(stream).states()) {
        tables.add(qualified("state", state.name() + StreamRun.NEW));
      }
    }
    return tables;
  }

  static String qualified(String schema, String table) {
    return schema + "." + Identifier.quote(table);
  }

  /** Qualified names of the tables whose names end so. */
  private static List<String> tables(Transaction transaction, String suffix) throws SQLException {
    List<String> tables = new ArrayList<>();
    transaction.query(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('published', 'state')"
            + " AND suffix(table_name, "
            + Identifier.literal(suffix)
            + ")",
        row -> tables.add(qualified(row.getString(1), row.getString(2))));
    return tables;
  }

  private void changeSinks(Transaction transaction) throws SQLException {
    built.begin(transaction, stored);
    for (SinkSpec sink : streamSinks()) {
      StreamProgram program = program(sink.from());
      SinkDefinition now = Definitions.of(sink, program);
      Optional<SinkDefinition> old = stored.sink(sink.name());
      if (plan.filled().contains(sink.from())) {
        if (old.isPresent()) {
          keepOldTable(transaction, old.get(), now);
        }
        continue;
      }
      if (stored.stream(sink.from()).isPresent() && !isUnchanged(transaction, old, now)) {
        change(
            transaction,
            sink,
            old,
            qualified("published", sink.from()),
            program.output().schema(),
            Optional.empty());
      }
    }
  }

  private static boolean isUnchanged(
      Transaction transaction, Optional<SinkDefinition> old, SinkDefinition now)
      throws SQLException {
    return old.isPresent() && old.get().isLike(now) && !hasOldTable(transaction, now.name());
  }

  static boolean hasOldTable(Transaction transaction, String sink) throws SQLException {
    return transaction.number(
            "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'published' AND table_name = "
                + Identifier.literal(sink + OLD))
        > 0;
  }

  /**
   * The stream that the sink delivered goes on, or goes away, before the sink's new one is
   * complete; the target holds what it had now.
   */
  private static void keepOldTable(Transaction transaction, SinkDefinition old, SinkDefinition now)
      throws SQLException {
    if (!old.from().equals(now.from()) && !hasOldTable(transaction, now.name())) {
      transaction.execute(
          "CREATE TABLE "
              + qualified("published", now.name() + OLD)
              + " AS SELECT * FROM "
              + qualified("published", old.from()));
    }
  }

  private void change(
      Transaction transaction,
      SinkSpec sink,
      Optional<SinkDefinition> old,
      String newTable,
      Schema schema,
      Optional<Limit> within)
      throws SQLException {
    SinkDefinition now = Definitions.of(sink, program(sink.from()));
    OutboxChange change = new OutboxChange(transaction, sink, schema, newTable);
    boolean copied = hasOldTable(transaction, sink.name());
    OutboxChange.Result result;
    if (old.isEmpty() || !old.get().hasSameTarget(now)) {
      boolean elsewhere = old.isPresent() && !old.get().system().equals(now.system());
      result = change.whole(store, elsewhere);
    } else {
      String oldTable = qualified("published", copied ? sink.name() + OLD : old.get().from());
      result = change.difference(store, oldTable, within);
    }
    if (copied) {
      transaction.execute("DROP TABLE " + qualified("published", sink.name() + OLD));
    }
    LOG.info(
        "sink {} gets {} changes by the edit of `{}`", sink.name(), result.changes(), sink.from());
    if (result.left() > 0) {
      LOG.warn(
          "sink {}: {} rows stay in `{}` that `{}` no longer has, as the sink appends only or has"
              + " another key",
          sink.name(),
          result.left(),
          sink.table(),
          sink.from());
    }
    define(transaction, now);
  }

  /** Notes what the store is filled by now, but for what is still being filled. */
  public void define(Transaction transaction) throws SQLException {
    for (StreamSpec stream : project.streams()) {
      define(transaction, Definitions.of(stream));
      define(transaction, Definitions.admission(stream));
    }
    for (Definition view : Definitions.views(project)) {
      define(transaction, view);
    }
    for (Definition table : Definitions.tables(programs)) {
      define(transaction, table);
    }
    for (Map.Entry<String, StreamProgram> entry : programs.entrySet()) {
      if (!plan.filled().contains(entry.getKey())) {
        defineStream(transaction, model(entry.getKey()), entry.getValue());
      }
    }
    for (SinkSpec sink : streamSinks()) {
      if (!plan.filled().contains(sink.from())) {
        define(transaction, Definitions.of(sink, program(sink.from())));
      }
    }
  }

  private void defineStream(Transaction transaction, ModelSpec model, StreamProgram program)
      throws SQLException {
    define(transaction, Definitions.of(model, program));
    define(transaction, Definitions.uses(model.name(), program, project.streams(), jars));
  }

  private List<SinkSpec> streamSinks() {
    return project.sinks().stream().filter(s -> !built.has(s)).toList();
  }

  static void define(Transaction transaction, Definition definition) throws SQLException {
    transaction.execute(
        "INSERT OR REPLACE INTO progress.definitions VALUES ("
            + Identifier.literal(definition.kind())
            + ", "
            + Identifier.literal(definition.name())
            + ", "
            + Identifier.literal(Definitions.text(definition))
            + ", true)");
  }

  private static void current(Transaction transaction, Definition definition, boolean current)
      throws SQLException {
    transaction.execute(
        "UPDATE progress.definitions SET current = "
            + current
            + " WHERE kind = "
            + Identifier.literal(definition.kind())
            + " AND name = "
            + Identifier.literal(definition.name()));
  }

  /**
   * The new tables take the place of the old ones, and sinks get the difference.
   *
   * @param goesOn whether the new tables began as what the old ones are
   */
  public void replace(Transaction transaction, List<FilledStream> streams, boolean goesOn)
      throws SQLException {
    for (FilledStream stream : streams) {
      for (SinkSpec sink : project.sinks()) {
        if (sink.from().equals(stream.model().name())) {
          change(
              transaction,
              sink,
              stored.sink(sink.name()),
              qualified("published", sink.from() + StreamRun.NEW),
              stream.program().output().schema(),
              limit(stream));
        }
      }
    }
    List<String> names = streams.stream().map(s -> s.model().name()).toList();
    if (!goesOn) {
      SystemTables.forgetReplaced(transaction, names);
    }
    Standing.forget(transaction, names);
    for (FilledStream stream : streams) {
      String name = stream.model().name();
      Optional<StreamDefinition> old = stored.stream(name);
      if (old.isPresent()) {
        Removal.dropTables(transaction, old.get());
      }
      rename(transaction, "published", name);
      for (StateTable state : stream.program().states()) {
        rename(transaction, "state", state.name());
      }
      transaction.execute(StreamRun.viewSql(name, stream.program().output()));
      defineStream(transaction, stream.model(), stream.program());
    }
    Set<String> filled = Set.copyOf(names);
    for (ModelSpec view : views()) {
      if (reads(view, filled)) {
        transaction.execute(viewSql(view));
      }
    }
  }

  private static void rename(Transaction transaction, String schema, String table)
      throws SQLException {
    transaction.execute("DROP TABLE IF EXISTS " + qualified(schema, table));
    transaction.execute(
        "ALTER TABLE "
            + qualified(schema, table + StreamRun.NEW)
            + " RENAME TO "
            + Identifier.quote(table));
  }

  /** Rows that either version has dropped by its {@code retain} are not compared. */
  private Optional<Limit> limit(FilledStream stream) {
    long now = stream.model().retain().map(r -> r.toNanos() / 1000).orElse(Long.MAX_VALUE);
    long before =
        stored.stream(stream.model().name())
            .filter(s -> !s.isComplete())
            .map(StreamDefinition::retainMicros)
            .orElse(Long.MAX_VALUE);
    long retain = Math.min(now, before);
    return stream
        .watermark()
        .filter(
            w ->
                retain != Long.MAX_VALUE
                    && w.micros() > Long.MIN_VALUE + retain
                    && w.micros() != Long.MAX_VALUE)
        .map(w -> new Limit(w.column(), "make_timestamptz(" + (w.micros() - retain) + ")"));
  }

  /** The project's views, each after those it reads. */
  public List<ModelSpec> views() {
    return project.models().stream()
        .filter(m -> m.materialization() == Materialization.VIEW)
        .toList();
  }

  /** True if a view reads one of the streams, directly or not. */
  public boolean reads(ModelSpec view, Set<String> streams) {
    return view.reads().stream()
        .anyMatch(
            name ->
                streams.contains(name)
                    || project
                        .model(name)
                        .filter(m -> m.materialization() == Materialization.VIEW)
                        .map(m -> reads(m, streams))
                        .orElse(false));
  }

  /** Makes a view. */
  public static String viewSql(ModelSpec view) {
    return "CREATE OR REPLACE VIEW main." + Identifier.quote(view.name()) + " AS " + view.sql();
  }

  private ModelSpec model(String name) {
    return project.model(name).orElseThrow();
  }

  private StreamProgram program(String name) {
    return Objects.requireNonNull(programs.get(name), name);
  }
}
