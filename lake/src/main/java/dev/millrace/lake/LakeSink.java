package dev.millrace.lake;

import dev.millrace.api.connect.QuerySink;
import dev.millrace.api.connect.ReadableSink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkError;
import dev.millrace.api.connect.SinkPace;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.table.PositionMove;
import dev.millrace.api.table.StagedRows;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableFiles;
import dev.millrace.api.table.TableStore;
import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Delivers to one table. The files of a chunk and the position behind it are one commit, so that
 * the table holds both or neither, whatever dies when.
 */
final class LakeSink implements QuerySink, ReadableSink {
  /** Rows for which one does not wait until the interval is over: what the outbox has room for. */
  private static final int MANY_ROWS = 2_000_000;

  private final SinkContext context;
  private final TableStore store;
  private final StoredTable table;
  private final Connection duckdb;
  private final BatchTable batches;
  private final Upkeep upkeep;
  private final String absent;
  private @Nullable SinkPosition position;

  private LakeSink(SinkContext context, TableStore store, StoredTable table, Connection duckdb)
      throws SQLException {
    this.context = context;
    this.store = store;
    this.table = table;
    this.duckdb = duckdb;
    this.upkeep = new Upkeep(table, context.options(), duckdb);
    this.absent =
        table.schema().columns().stream()
            .filter(c -> context.schema().column(c.name()).isEmpty())
            .map(c -> ", NULL AS " + Identifier.quote(c.name()))
            .collect(Collectors.joining());
    Schema types = LakeTypes.columns(LakeTypes.schema(context.schema())).orElseThrow();
    this.batches = new BatchTable(duckdb, types);
    this.position = table.position(writer()).orElse(null);
  }

  /** See {@link LakeConnector#open}. */
  static LakeSink open(SinkContext context) {
    TableStore store = null;
    Connection duckdb = null;
    boolean opened = false;
    try {
      store = IcebergStore.open(context.system());
      StoredTable table = new SinkTable(store, context).prepare();
      duckdb = Memory.open();
      LakeSink sink = new LakeSink(context, store, table, duckdb);
      opened = true;
      return sink;
    } catch (SQLException e) {
      throw LakeFailure.of(e, "open sink `" + context.sink() + "`");
    } finally {
      if (!opened) {
        close(store, duckdb);
      }
    }
  }

  private String writer() {
    return context.project() + "/" + context.sink();
  }

  @Override
  public SinkPace pace() {
    return new SinkPace(
        MANY_ROWS, 4 * SinkPace.BYTES, context.options().duration(LakeOptions.COMMIT_INTERVAL));
  }

  @Override
  public Optional<SinkPosition> position() {
    position = table.position(writer()).orElse(null);
    return Optional.ofNullable(position);
  }

  @Override
  public void deliver(Batch changes, long sequence) {
    try {
      batches.put(changes);
    } catch (SQLException e) {
      throw LakeFailure.of(e, "take rows of sink `" + context.sink() + "`");
    }
    deliver(duckdb, BatchTable.QUERY, sequence);
  }

  @Override
  public void deliver(Connection from, String changes, long sequence) {
    SinkPosition before = position;
    if (before != null && !before.epoch().equals(context.epoch())) {
      throw SinkError.unknownEpoch(context, before.epoch());
    }
    if (before != null && sequence <= before.sequence()) {
      // Sent again because its outcome was unknown: it had arrived.
      return;
    }
    SinkPosition next = new SinkPosition(context.epoch(), sequence);
    PositionMove move = new PositionMove(writer(), before, next);
    String rows = "SELECT *" + absent + " FROM (" + changes + ")";
    if (context.mode() == WriteMode.APPEND) {
      requireNoRetraction(from, changes);
      try (StagedRows staged = table.stage(from, rows)) {
        FaultPoint.pass("sink-before-commit");
        table.append(staged, move);
      }
    } else {
      FaultPoint.pass("sink-before-commit");
      table.merge(from, rows, context.key(), move);
    }
    FaultPoint.pass("sink-after-commit");
    position = next;
    upkeep.afterCommit();
  }

  private void requireNoRetraction(Connection from, String changes) {
    try (Statement statement = from.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT count(*) FROM (" + changes + ") WHERE _w < 0")) {
      row.next();
      if (row.getLong(1) > 0) {
        throw SinkError.retraction(context);
      }
    } catch (SQLException e) {
      throw LakeFailure.of(e, "read the changes of sink `" + context.sink() + "`");
    }
  }

  /** Others change files, but nobody else moves the position. */
  @Override
  public Target target() {
    long sequence = position().map(SinkPosition::sequence).orElse(0L);
    TableFiles files = table.files();
    store.pin("live view of " + writer(), files);
    return new Target(sequence, files.schema(), files.relation());
  }

  @Override
  public void adopt() {
    SinkPosition held = table.position(writer()).orElse(null);
    String nothing = "SELECT *" + absent + " FROM (" + BatchTable.QUERY + ") WHERE false";
    try (StagedRows none = table.stage(duckdb, nothing)) {
      table.overwrite(none, new PositionMove(writer(), held, null));
    }
    position = null;
  }

  @Override
  public void close() {
    close(store, duckdb);
  }

  private static void close(@Nullable TableStore store, @Nullable Connection duckdb) {
    if (store != null) {
      store.close();
    }
    if (duckdb != null) {
      Memory.close(duckdb);
    }
  }
}
