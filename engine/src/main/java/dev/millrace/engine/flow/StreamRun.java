package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Transaction;
import dev.millrace.project.ModelSpec;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StateTable;
import dev.millrace.sql.Step;
import dev.millrace.sql.StreamProgram;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Keeps one stream up to date: runs its program's steps in a batch, applies the resulting changes
 * to the stream's table and writes them to the outboxes of its sinks. For the flow's thread.
 */
public final class StreamRun {
  private static final String PUBLISHED = "published";

  private final ModelSpec model;
  private final StreamProgram program;
  private final StateTables states;
  private final List<Outbox> outboxes;
  private final String table;
  private volatile long changes;
  private long changesInBatch;
  private boolean deltaIsEmpty;
  private Optional<Problem> stopped = Optional.empty();

  /** A stream of a flow; {@code states} is shared by all streams of the flow. */
  public StreamRun(
      ModelSpec model, StreamProgram program, StateTables states, List<Outbox> outboxes) {
    this.model = model;
    this.program = program;
    this.states = states;
    this.outboxes = List.copyOf(outboxes);
    this.table = PUBLISHED + "." + model.name();
  }

  /** The model. */
  public ModelSpec model() {
    return model;
  }

  /** What keeps it up to date. */
  public StreamProgram program() {
    return program;
  }

  /** The outboxes of its sinks. */
  public List<Outbox> outboxes() {
    return outboxes;
  }

  /** Rows that appeared or were taken back since the store was made. */
  public long changes() {
    return changes;
  }

  /** The same if the batch in hand is committed. */
  long changesWithBatch() {
    return changes + changesInBatch;
  }

  void committed() {
    changes += changesInBatch;
    changesInBatch = 0;
    outboxes.forEach(Outbox::committed);
  }

  void rolledBack() {
    changesInBatch = 0;
    deltaIsEmpty = false;
    outboxes.forEach(Outbox::rolledBack);
  }

  /** Why the stream stopped; empty while it runs. */
  public Optional<Problem> stopped() {
    return stopped;
  }

  void stop(Problem reason) {
    stopped = Optional.of(reason);
  }

  /** Makes the states, the stream's table, the view that people query, and the outboxes. */
  void create(Transaction transaction) throws SQLException {
    for (StateTable state : program.states()) {
      states.create(transaction, "state", state.name(), state.schema(), state.key());
    }
    Relation output = program.output();
    List<Column> columns = new ArrayList<>(output.schema().columns());
    columns.addAll(output.hidden().columns());
    List<String> identity = output.appendOnly() ? List.of() : output.identity();
    states.create(transaction, PUBLISHED, model.name(), new Schema(columns), identity);
    transaction.execute(
        "CREATE OR REPLACE VIEW main."
            + Identifier.quote(model.name())
            + " AS SELECT "
            + columns(output.schema())
            + " FROM "
            + PUBLISHED
            + "."
            + Identifier.quote(model.name()));
    for (Outbox outbox : outboxes) {
      outbox.create(transaction);
    }
  }

  /** Reads back what the store knows of it. */
  void load(Transaction transaction) throws SQLException {
    changes = 0;
    transaction.query(
        "SELECT changes, stopped FROM store.system.streams WHERE stream = "
            + Identifier.literal(model.name()),
        row -> {
          changes = row.getLong(1);
          String reason = row.getString(2);
          stopped =
              reason == null
                  ? Optional.empty()
                  : Optional.of(
                      Problem.error(
                          FlowError.STREAM_STOPPED,
                          model.sourceMap().locate(0, 0),
                          reason,
                          "run with --fresh to build it again after a change"));
        });
    deltaIsEmpty = false;
  }

  private static String columns(Schema schema) {
    return schema.names().stream().map(Identifier::quote).collect(Collectors.joining(", "));
  }

  /** Makes the stream's delta of a batch that does not concern it. */
  void applyNothing(Transaction transaction) throws SQLException {
    if (!deltaIsEmpty) {
      List<Column> columns = new ArrayList<>(program.output().schema().columns());
      columns.addAll(program.output().hidden().columns());
      transaction.execute(
          "CREATE OR REPLACE TEMP TABLE "
              + program.output().delta()
              + " ("
              + columns.stream()
                  .map(c -> Identifier.quote(c.name()) + " " + c.type() + ", ")
                  .collect(Collectors.joining())
              + "_w TINYINT)");
      deltaIsEmpty = true;
    }
  }

  /**
   * Runs the program over the deltas of its inputs, which exist, and publishes the changes; returns
   * how many there are.
   */
  long apply(Transaction transaction, long nowNanos) throws SQLException {
    deltaIsEmpty = false;
    changesInBatch = 0;
    for (Step step : program.steps()) {
      try {
        run(transaction, step, nowNanos);
      } catch (SQLException e) {
        throw new StepException(this, step, e);
      }
    }
    String delta = program.output().delta();
    long[] signs = {0, 0};
    transaction.query(
        "SELECT count(*) FILTER (_w > 0), count(*) FILTER (_w < 0) FROM " + delta,
        row -> {
          signs[0] = row.getLong(1);
          signs[1] = row.getLong(2);
        });
    changesInBatch = signs[0] + signs[1];
    if (changesInBatch > 0) {
      publish(transaction, delta, signs[0] > 0, signs[1] > 0);
      for (Outbox outbox : outboxes) {
        outbox.write(transaction, delta);
      }
    }
    retain(transaction, nowNanos);
    return changesInBatch;
  }

  private void run(Transaction transaction, Step step, long nowNanos) throws SQLException {
    if (step instanceof Step.Make make) {
      transaction.execute(
          "CREATE OR REPLACE TEMP TABLE "
              + Identifier.quote(make.table())
              + " AS "
              + make.select());
    } else if (step instanceof Step.Append append) {
      states.append(transaction, "state." + append.state(), append.select());
    } else if (step instanceof Step.Slice slice) {
      states.slice(
          transaction, slice.table(), "state." + slice.state(), slice.probe(), slice.probeKey());
    } else if (step instanceof Step.Remove remove) {
      states.remove(transaction, "state." + remove.state(), remove.select());
    } else if (step instanceof Step.Take take) {
      states.take(transaction, take.table(), "state." + take.state(), take.column(), take.before());
    } else if (step instanceof Step.Forget forget) {
      states.forget(
          transaction, "state." + forget.state(), forget.column(), forget.before(), nowNanos);
    }
  }

  /** Takes rows back by identity, then adds the new ones. */
  private void publish(Transaction transaction, String delta, boolean added, boolean takenBack)
      throws SQLException {
    Relation output = program.output();
    if (takenBack) {
      String gone = "gone_" + model.name();
      transaction.execute(
          "CREATE OR REPLACE TEMP TABLE "
              + Identifier.quote(gone)
              + " AS SELECT "
              + output.identity().stream().map(Identifier::quote).collect(Collectors.joining(", "))
              + " FROM "
              + delta
              + " WHERE _w < 0");
      String found = "found_" + model.name();
      states.slice(transaction, found, table, Identifier.quote(gone), output.identity());
      states.remove(transaction, table, matching(output, found, gone));
    }
    if (!added) {
      return;
    }
    List<String> names = new ArrayList<>(output.schema().names());
    names.addAll(output.hidden().names());
    states.append(
        transaction,
        table,
        "SELECT "
            + names.stream().map(Identifier::quote).collect(Collectors.joining(", "))
            + " FROM "
            + delta
            + " WHERE _w > 0");
  }

  private static String matching(Relation output, String found, String gone) {
    return "SELECT f._n FROM "
        + Identifier.quote(found)
        + " f SEMI JOIN "
        + Identifier.quote(gone)
        + " g ON "
        + output.identity().stream()
            .map(Identifier::quote)
            .map(k -> "f." + k + " IS NOT DISTINCT FROM g." + k)
            .collect(Collectors.joining(" AND "));
  }

  /** Drops rows further behind the watermark than the model's {@code retain}. */
  private void retain(Transaction transaction, long nowNanos) throws SQLException {
    if (model.retain().isEmpty() || program.output().watermarks().isEmpty()) {
      return;
    }
    String column = retainColumn();
    String before =
        "nullif("
            + program.output().watermarks().get(column)
            + ", 'infinity'::TIMESTAMPTZ) - to_microseconds("
            + model.retain().get().toNanos() / 1000
            + ")";
    states.forget(transaction, table, column, before, nowNanos);
  }

  private String retainColumn() {
    return program.output().schema().names().stream()
        .filter(program.output().watermarks()::containsKey)
        .findFirst()
        .orElseThrow();
  }
}
