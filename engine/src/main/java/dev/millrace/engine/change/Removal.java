package dev.millrace.engine.change;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.change.Definition.SinkDefinition;
import dev.millrace.engine.change.Definition.SourceDefinition;
import dev.millrace.engine.change.Definition.StreamDefinition;
import dev.millrace.engine.change.Definition.TableDefinition;
import dev.millrace.engine.change.Definition.ViewDefinition;
import dev.millrace.engine.flow.Standing;
import dev.millrace.engine.flow.StreamRun;
import dev.millrace.engine.lookup.LookupTable;
import dev.millrace.engine.store.Transaction;
import dev.millrace.project.Project;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.StreamProgram;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Drops what a store keeps of assets that are not in the project any more. */
final class Removal {
  private static final Logger LOG = LoggerFactory.getLogger(Removal.class);

  private final Transaction transaction;
  private final Project project;
  private final Map<String, StreamProgram> programs;
  private final StoredProject stored;

  Removal(
      Transaction transaction,
      Project project,
      Map<String, StreamProgram> programs,
      StoredProject stored) {
    this.transaction = transaction;
    this.project = project;
    this.programs = programs;
    this.stored = stored;
  }

  void apply() throws SQLException {
    for (SinkDefinition old : stored.sinks()) {
      if (project.sinks().stream().noneMatch(s -> s.name().equals(old.name()))) {
        removeSink(old);
      }
    }
    removeSources();
    removeStreams();
    removeViews();
    removeCopies();
  }

  /** Copies of tables that no stream looks up any more, or of which streams use other columns. */
  private void removeCopies() throws SQLException {
    List<TableDefinition> wanted = Definitions.tables(programs);
    for (TableDefinition old : stored.tables()) {
      if (!wanted.contains(old)) {
        transaction.execute(
            "DROP TABLE IF EXISTS " + StoreChange.qualified("state", LookupTable.copy(old.name())));
        // No stream can go on from where it stood with an input that is not what it was there.
        Standing.retain(transaction, List.of());
        forget(old);
      }
    }
  }

  /**
   * Drops tables of assets that the store knows nothing of: a process that died between making the
   * tables of a new project and noting them has left these behind.
   */
  void dropOwnerless() throws SQLException {
    Set<String> known = new HashSet<>();
    for (StreamDefinition stream : stored.streams()) {
      known.add(StoreChange.qualified("published", stream.name()));
      stream.states().forEach(state -> known.add(StoreChange.qualified("state", state)));
    }
    for (SourceDefinition source : stored.sources()) {
      known.add(StoreChange.qualified("state", "history_" + source.name()));
      known.add(StoreChange.qualified("state", "current_" + source.name()));
    }
    stored
        .tables()
        .forEach(t -> known.add(StoreChange.qualified("state", LookupTable.copy(t.name()))));
    stored.sinks().forEach(s -> known.add(StoreChange.qualified("outbox", s.name())));
    Map<String, String> ownerless = new TreeMap<>();
    transaction.query(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name IN ('published', 'state', 'outbox')"
            + " AND NOT suffix(table_name, "
            + Identifier.literal(StreamRun.NEW)
            + ") AND NOT suffix(table_name, "
            + Identifier.literal(StoreChange.OLD)
            + ")",
        row -> {
          String table = StoreChange.qualified(row.getString(1), row.getString(2));
          if (!known.contains(table)) {
            ownerless.put(table, row.getString(1).equals("published") ? row.getString(2) : "");
          }
        });
    for (Map.Entry<String, String> table : ownerless.entrySet()) {
      LOG.warn("{} belongs to nothing that was ever complete, and is dropped", table.getKey());
      if (!table.getValue().isEmpty()) {
        transaction.execute("DROP VIEW IF EXISTS main." + Identifier.quote(table.getValue()));
      }
      transaction.execute("DROP TABLE " + table.getKey());
    }
  }

  private void removeSink(SinkDefinition sink) throws SQLException {
    long waiting = stored.figure("sink", sink.name());
    LOG.warn(
        "sink {} is removed; `{}` stays as it is, without {} changes that waited",
        sink.name(),
        sink.table(),
        waiting);
    String outbox = StoreChange.qualified("outbox", sink.name());
    String name = Identifier.literal(sink.name());
    // A sink of the same name must not give a number again that its target knows; and it must know
    // its own from those that the target has of this one.
    transaction.execute(
        "UPDATE progress.sink_positions SET floor = greatest(floor, delivered, (SELECT coalesce(max(_seq), 0) FROM "
            + outbox
            + ")), delivered = NULL, delivered_at = NULL WHERE sink = "
            + name);
    transaction.execute("UPDATE progress.sink_positions SET begun = floor WHERE sink = " + name);
    transaction.execute("DROP TABLE IF EXISTS " + outbox);
    transaction.execute(
        "DROP TABLE IF EXISTS "
            + StoreChange.qualified("published", sink.name() + StoreChange.OLD));
    forget(sink);
  }

  private void removeSources() throws SQLException {
    Map<String, StreamSpec> streams =
        project.streams().stream()
            .collect(Collectors.toMap(StreamSpec::qualifiedName, s -> s, (a, b) -> a));
    for (SourceDefinition old : stored.sources()) {
      StreamSpec stream = streams.get(old.name());
      boolean sameKeys = stream != null && old.hasSameKeys(Definitions.of(stream));
      if (!sameKeys) {
        transaction.execute(
            "DROP TABLE IF EXISTS " + StoreChange.qualified("state", "history_" + old.name()));
      }
      if (stream == null) {
        transaction.execute(
            "DROP TABLE IF EXISTS " + StoreChange.qualified("state", "current_" + old.name()));
        removeSource(old);
      }
    }
  }

  private void removeSource(SourceDefinition source) throws SQLException {
    // How far it was read is forgotten with it, so nothing can go on from where it stood.
    Standing.retain(transaction, List.of());
    LOG.warn(
        "source {} is removed, with {} late, rejected and repeated records",
        source.name(),
        stored.figure("source", source.name()));
    for (String table :
        List.of(
            "store.system.late",
            "store.system.rejected",
            "store.system.duplicates",
            "progress.refused")) {
      transaction.execute(
          "DELETE FROM " + table + " WHERE source = " + Identifier.literal(source.name()));
    }
    boolean topicIsRead =
        project.streams().stream().anyMatch(s -> s.topic().equals(source.topic()));
    if (!topicIsRead) {
      transaction.execute(
          "DELETE FROM progress.beginnings WHERE topic = " + Identifier.literal(source.topic()));
    }
    transaction.execute(
        "UPDATE progress.checkpoints SET partitions = list_filter(partitions, lambda p: p.source <> "
            + Identifier.literal(source.name())
            + "), sources = list_filter(sources, lambda s: s.source <> "
            + Identifier.literal(source.name())
            + ")");
    transaction.execute("DELETE FROM progress.checkpoints WHERE len(sources) = 0");
    forget(source);
  }

  private void removeStreams() throws SQLException {
    for (StreamDefinition old : stored.streams()) {
      if (!programs.containsKey(old.name())) {
        LOG.info("stream {} is removed", old.name());
        transaction.execute("DROP VIEW IF EXISTS main." + Identifier.quote(old.name()));
        dropTables(transaction, old);
        forget(old);
      }
    }
  }

  /** Drops what a stream keeps. */
  static void dropTables(Transaction transaction, StreamDefinition stream) throws SQLException {
    transaction.execute(
        "DROP TABLE IF EXISTS " + StoreChange.qualified("published", stream.name()));
    for (String state : stream.states()) {
      transaction.execute("DROP TABLE IF EXISTS " + StoreChange.qualified("state", state));
    }
  }

  private void removeViews() throws SQLException {
    Set<String> views =
        Definitions.views(project).stream().map(Definition::name).collect(Collectors.toSet());
    for (ViewDefinition view : stored.views()) {
      if (!views.contains(view.name())) {
        transaction.execute("DROP VIEW IF EXISTS main." + Identifier.quote(view.name()));
        forget(view);
      }
    }
  }

  /** Kinds of what else is known under its name. */
  private static String also(Definition definition) {
    return switch (definition.kind()) {
      case "stream" -> ", 'uses'";
      case "source" -> ", 'admission'";
      default -> "";
    };
  }

  private void forget(Definition definition) throws SQLException {
    transaction.execute(
        "DELETE FROM progress.definitions WHERE kind IN ("
            + Identifier.literal(definition.kind())
            + also(definition)
            + ") AND name = "
            + Identifier.literal(definition.name()));
  }
}
