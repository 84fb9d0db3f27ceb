package dev.millrace.connect.jdbc;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkError;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.type.Batch;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches to one table. A batch and the position behind it are one transaction, so that the
 * target holds both or neither, whatever dies when.
 */
final class PostgresSink implements Sink {
  /** Any number that everybody who creates tables for Millrace takes; only they lock it. */
  private static final long SETUP_LOCK = 0x6d696c6c72616365L;

  /** Where statements for each row and a COPY take the same time, by trial. */
  private static final int FEW_ROWS = 200;

  private final SinkContext context;
  private final PostgresAddress address;
  private final Connection connection;
  private final PostgresPositions positions;
  private final PostgresTarget target;
  private final CopyRows rows;
  private final RowChanges fewChanges;
  private final BulkChanges manyChanges;
  private @Nullable SinkPosition position;

  private PostgresSink(
      SinkContext context,
      PostgresAddress address,
      Connection connection,
      PostgresPositions positions,
      PostgresTarget target)
      throws SQLException {
    this.context = context;
    this.address = address;
    this.connection = connection;
    this.positions = positions;
    this.target = target;
    boolean adapt =
        context.options().text(PostgresText.UNSUPPORTED_VALUES).equals(PostgresText.ADAPT);
    List<PostgresText> texts =
        context.schema().columns().stream().map(c -> new PostgresText(c, adapt)).toList();
    this.rows = new CopyRows(texts);
    this.fewChanges = new RowChanges(connection, target, texts);
    this.manyChanges = new BulkChanges(connection, target, rows);
    this.position = positions.read().orElse(null);
  }

  /** See {@link PostgresConnector#open}. */
  static PostgresSink open(SinkContext context) {
    PostgresAddress address =
        PostgresAddress.of(
            context.system(), "millrace " + context.project() + "/" + context.sink());
    Connection connection = null;
    boolean opened = false;
    try {
      connection = address.connect();
      PostgresPositions positions = new PostgresPositions(connection, context);
      PostgresTarget target = prepare(connection, context, positions);
      PostgresSink sink = new PostgresSink(context, address, connection, positions, target);
      connection.commit();
      opened = true;
      return sink;
    } catch (SQLException e) {
      throw PostgresFailure.of(e, address, "open sink `" + context.sink() + "`");
    } finally {
      if (!opened) {
        close(connection);
      }
    }
  }

  private static PostgresTarget prepare(
      Connection connection, SinkContext context, PostgresPositions positions) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + SETUP_LOCK + ")");
      positions.createTable();
      PostgresTable table = new PostgresTable(connection, context);
      PostgresTarget target = table.prepare();
      SinkPosition held = positions.read().orElse(null);
      if (table.wasMissing() && held != null && held.epoch().equals(context.epoch())) {
        throw lost(context, held);
      }
      connection.commit();
      return target;
    }
  }

  @Override
  public Optional<SinkPosition> position() {
    try {
      position = positions.read().orElse(null);
      connection.commit();
      return Optional.ofNullable(position);
    } catch (SQLException e) {
      throw PostgresFailure.of(e, address, "read the position of sink `" + context.sink() + "`");
    }
  }

  @Override
  public void deliver(Batch changes, long sequence) {
    SinkPosition before = position;
    if (before != null && !before.epoch().equals(context.epoch())) {
      throw SinkError.unknownEpoch(context, before.epoch());
    }
    if (before != null && sequence <= before.sequence()) {
      // Sent again because its outcome was unknown: it had arrived.
      return;
    }
    try {
      if (!positions.advance(before, sequence)) {
        throw moved(before);
      }
      write(changes);
      FaultPoint.pass("sink-before-commit");
      connection.commit();
      FaultPoint.pass("sink-after-commit");
      position = new SinkPosition(context.epoch(), sequence);
    } catch (SQLException e) {
      throw failure(e);
    } catch (AssertionError e) {
      // The driver asserts that the connection of a batch stays open; it says nothing better of one
      // that breaks in between.
      throw failure(new SQLException("the connection broke during a batch", "08006", e));
    }
  }

  private MillraceException failure(SQLException e) {
    return PostgresFailure.of(e, address, "deliver to `" + context.table() + "`");
  }

  private void write(Batch changes) throws SQLException {
    if (changes.size() == 0) {
      return;
    }
    if (context.mode() == WriteMode.APPEND) {
      SinkError.requireNoRetraction(changes, context);
      rows.send(connection, target.copyRows(), changes, false);
    } else if (changes.size() <= FEW_ROWS) {
      fewChanges.apply(changes);
    } else {
      manyChanges.apply(changes);
    }
  }

  @Override
  public void adopt() {
    try (Statement statement = connection.createStatement()) {
      positions.delete();
      statement.execute(target.truncate());
      connection.commit();
      position = null;
    } catch (SQLException e) {
      throw PostgresFailure.of(e, address, "empty `" + context.table() + "`");
    }
  }

  @Override
  public void close() {
    close(connection);
  }

  private static void close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        // Gone either way; an open transaction ends with the connection.
      }
    }
  }

  // Going on with an empty table would leave out what was delivered to the one that is gone.
  private static StopException lost(SinkContext context, SinkPosition held) {
    return new StopException(
        Problem.error(
            JdbcError.SINK_TABLE_LOST,
            null,
            "table `%s` of sink `%s` is gone, though it was delivered up to change %d"
                .formatted(context.table(), context.sink(), held.sequence()),
            "restore it, or run with `--fresh --replace-sinks` to have everything delivered again"),
        null);
  }

  private RetryException moved(@Nullable SinkPosition before) throws SQLException {
    connection.rollback();
    Optional<SinkPosition> now = positions.read();
    return new RetryException(
        Problem.error(
            JdbcError.SINK_POSITION_MOVED,
            null,
            "another process has delivered to sink `%s`: its position was %s and is %s"
                .formatted(context.sink(), text(before), text(now.orElse(null))),
            "run the project once only"),
        null);
  }

  private static String text(@Nullable SinkPosition position) {
    return position == null ? "none" : Long.toString(position.sequence());
  }
}
