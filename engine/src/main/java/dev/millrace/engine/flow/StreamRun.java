package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.flow.Bounds.Bound;
import dev.millrace.engine.store.Instants;
import dev.millrace.engine.store.KeptTable;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Transaction;
import dev.millrace.project.ModelSpec;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StateTable;
import dev.millrace.sql.Step;
import dev.millrace.sql.Step.Blame;
import dev.millrace.sql.StreamProgram;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a flow: its tables, and what a batch does to them as {@link Operation}s, from its
 * program's steps to the changes of its table and of its sinks' outboxes. For the flow's thread.
 */
public final class StreamRun {
  private static final String PUBLISHED = "published";

  /** What the names of tables end with that are being filled. */
  public static final String NEW = "~new";

  private final String suffix;
  private final ModelSpec model;
  private final StreamProgram program;
  private final List<Outbox> outboxes;
  private final List<Operation> operations = new ArrayList<>();
  private final List<Expiry> expiries = new ArrayList<>();
  private final List<Forgetting> forgettings = new ArrayList<>();
  private Optional<Map.Entry<String, Bound>> time = Optional.empty();
  private @Nullable KeptTable published;
  private boolean isNew = true;
  private volatile long changes;
  private volatile Optional<Problem> stopped = Optional.empty();
  private volatile boolean filling;
  private volatile Optional<Problem> fillProgress = Optional.empty();

  /** Rows of a table that nobody needs once they are behind a bound. */
  private record Forgetting(KeptTable table, String column, Bound bound, long afterMicros) {}

  /** A stream of a flow. */
  public StreamRun(ModelSpec model, StreamProgram program, List<Outbox> outboxes) {
    this(model, program, outboxes, "");
  }

  /** A new version of a stream, in tables beside those of the old one. */
  static StreamRun beside(ModelSpec model, StreamProgram program) {
    return new StreamRun(model, program, List.of(), NEW);
  }

  private StreamRun(ModelSpec model, StreamProgram program, List<Outbox> outboxes, String suffix) {
    this.suffix = suffix;
    this.model = model;
    this.program = program;
    this.outboxes = List.copyOf(outboxes);
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

  /** Rows that appear or are taken back in the batch in hand. */
  long changesInBatch() {
    KeptTable table = published;
    return table == null ? 0 : table.appendedInBatch() + table.goneInBatch();
  }

  /** The same since the store was made, if the batch in hand is committed. */
  long changesWithBatch() {
    return changes + changesInBatch();
  }

  private KeptTable published() {
    KeptTable table = published;
    if (table == null) {
      throw new IllegalStateException("create comes first");
    }
    return table;
  }

  /** What a batch does, in order. */
  List<Operation> operations() {
    return operations;
  }

  /** Those of the operations that only sometimes have something to do. */
  List<Expiry> expiries() {
    return expiries;
  }

  /** The batch is committed, and its counters are still there. */
  void countChanges() {
    changes += changesInBatch();
  }

  /** True until it has run once: a count over all rows has a row before the first one comes. */
  boolean isNew() {
    return isNew;
  }

  /** The batch ran it. */
  void ran() {
    expiries.forEach(Expiry::ran);
  }

  /** A batch that ran it is committed. */
  void committed() {
    isNew = false;
    expiries.forEach(Expiry::committed);
    outboxes.forEach(Outbox::committed);
  }

  void rolledBack() {
    expiries.forEach(Expiry::rolledBack);
  }

  /** Its tables were emptied. */
  void cleared() {
    isNew = true;
    changes = 0;
    stopped = Optional.empty();
    expiries.forEach(Expiry::cleared);
  }

  /** True while another run fills the stream's tables: this one leaves them alone. */
  public boolean isFilling() {
    return filling;
  }

  /** How far its tables are filled, or why that does not go on; empty if nothing is known. */
  public Optional<Problem> fillProgress() {
    return fillProgress;
  }

  void fillProgress(Problem now) {
    fillProgress = Optional.of(now);
  }

  /** The watermark of the column by which {@code retain} drops rows. */
  Optional<FilledStream.Watermark> watermark() {
    return time.map(t -> new FilledStream.Watermark(t.getKey(), t.getValue().micros()));
  }

  /** Leaves the stream's tables alone from now on, or takes them over at the next start. */
  void setFilling(boolean now) {
    filling = now;
  }

  /** Why the stream stopped; empty while it runs. */
  public Optional<Problem> stopped() {
    return stopped;
  }

  void stop(Problem reason) {
    stopped = Optional.of(reason);
  }

  /** Makes the states, the stream's table, the view that people query, and the outboxes. */
  void create(Transaction transaction, StateTables tables, Bounds bounds) throws SQLException {
    isNew = true;
    operations.clear();
    expiries.clear();
    forgettings.clear();
    published = null;
    if (filling) {
      return;
    }
    for (StateTable state : program.states()) {
      tables.create(transaction, "state", state.name() + suffix, state.schema(), "_n", state.key());
    }
    Relation output = program.output();
    List<Column> columns = new ArrayList<>(output.schema().columns());
    columns.addAll(output.hidden().columns());
    List<String> identity = output.appendOnly() ? List.of() : output.identity();
    published =
        tables.create(
            transaction, PUBLISHED, model.name() + suffix, new Schema(columns), "_n", identity);
    if (suffix.isEmpty()) {
      transaction.execute(viewSql(model.name(), output));
    }
    for (Outbox outbox : outboxes) {
      outbox.create(transaction, tables);
    }
    for (Step step : program.steps()) {
      plan(step, tables, bounds);
    }
    planPublication();
    planRetention(bounds);
    for (Expiry expiry : expiries) {
      expiry.load(transaction);
    }
  }

  /** Drops its tables. */
  void drop(Transaction transaction) throws SQLException {
    for (StateTable state : program.states()) {
      transaction.execute("DROP TABLE IF EXISTS state." + Identifier.quote(state.name() + suffix));
    }
    transaction.execute(
        "DROP TABLE IF EXISTS published." + Identifier.quote(model.name() + suffix));
  }

  /** Fills its empty tables with the rows of the old version. */
  void copyOld(Transaction transaction) throws SQLException {
    for (StateTable state : program.states()) {
      copyOld(transaction, "state", state.name());
    }
    copyOld(transaction, PUBLISHED, model.name());
  }

  private static void copyOld(Transaction transaction, String schema, String name)
      throws SQLException {
    String beside = schema + "." + Identifier.quote(name + NEW);
    transaction.execute("DELETE FROM " + beside);
    transaction.execute(
        "INSERT INTO " + beside + " BY NAME FROM " + schema + "." + Identifier.quote(name));
  }

  /** Makes the view of a stream that people query. */
  public static String viewSql(String stream, Relation output) {
    return "CREATE OR REPLACE VIEW main."
        + Identifier.quote(stream)
        + " AS SELECT "
        + list(output.schema().names())
        + " FROM published."
        + Identifier.quote(stream);
  }

  private KeptTable state(StateTables tables, String name) {
    return tables.table("state." + name + suffix);
  }

  private void plan(Step step, StateTables tables, Bounds bounds) {
    if (step instanceof Step.Make make) {
      operations.add(new Operation.Make(make.table(), make.select(), make.blame()));
    } else if (step instanceof Step.Append append) {
      KeptTable table = state(tables, append.state());
      operations.add(new Operation.Append(table, append.select()));
    } else if (step instanceof Step.Slice slice) {
      KeptTable table = state(tables, slice.state());
      operations.add(
          new Operation.Read(
              slice.table(), table.lookup().read(), slice.probe(), slice.probeKey()));
    } else if (step instanceof Step.Remove remove) {
      KeptTable table = state(tables, remove.state());
      operations.add(new Operation.Remove(table, remove.select()));
    } else if (step instanceof Step.Take take) {
      KeptTable table = state(tables, take.state());
      Expiry expiry = new Expiry(table, take.column(), bounds.add(take.before()));
      expiries.add(expiry);
      operations.add(new Operation.Take(take.table(), expiry, take.before()));
    } else if (step instanceof Step.Forget forget) {
      KeptTable table = state(tables, forget.state());
      forgettings.add(new Forgetting(table, forget.column(), bounds.add(forget.before()), 0));
    }
  }

  /** Takes rows back by identity, then adds the new ones, and tells the sinks. */
  private void planPublication() {
    Relation output = program.output();
    String delta = Identifier.quote(output.delta());
    if (!output.appendOnly()) {
      String gone = "gone_" + model.name();
      operations.add(
          new Operation.Make(
              gone,
              "SELECT " + list(output.identity()) + " FROM " + delta + " WHERE _w < 0",
              Blame.STATE));
      String found = "found_" + model.name();
      operations.add(
          new Operation.Read(found, published().lookup().read(), gone, output.identity()));
      String same =
          output.identity().stream()
              .map(Identifier::quote)
              .map(k -> "f." + k + " IS NOT DISTINCT FROM g." + k)
              .collect(Collectors.joining(" AND "));
      operations.add(
          new Operation.Remove(
              published(),
              "SELECT f._n FROM "
                  + Identifier.quote(found)
                  + " f SEMI JOIN "
                  + Identifier.quote(gone)
                  + " g ON "
                  + same));
    }
    String all = list(published().schema().names());
    operations.add(
        new Operation.Append(published(), "SELECT " + all + " FROM " + delta + " WHERE _w > 0"));
    for (Outbox outbox : outboxes) {
      operations.add(new Operation.Append(outbox.table(), outbox.changesSql(delta)));
    }
  }

  private static String list(List<String> names) {
    return names.stream().map(Identifier::quote).collect(Collectors.joining(", "));
  }

  /** Drops rows further behind the watermark than the model's {@code retain}. */
  private void planRetention(Bounds bounds) {
    Relation output = program.output();
    boolean retains = model.retain().isPresent();
    time =
        output.schema().names().stream()
            .filter(c -> output.watermarks().containsKey(c) && (retains || !suffix.isEmpty()))
            .findFirst()
            .map(c -> Map.entry(c, bounds.add(output.watermarks().getOrDefault(c, "NULL"))));
    if (retains && time.isPresent()) {
      long after = model.retain().get().toNanos() / 1000;
      forgettings.add(
          new Forgetting(published(), time.get().getKey(), time.get().getValue(), after));
    }
  }

  /** Reads back what the store knows of it. */
  void load(Transaction transaction) throws SQLException {
    if (!suffix.isEmpty() || filling) {
      return;
    }
    changes = 0;
    stopped = Optional.empty();
    transaction.query(
        "SELECT changes, stopped FROM store.system.streams WHERE stream = "
            + Identifier.literal(model.name()),
        row -> {
          changes = row.getLong(1);
          String reason = row.getString(2);
          if (reason != null) {
            stopped =
                Optional.of(
                    Problem.error(
                        FlowError.STREAM_STOPPED,
                        model.sourceMap().locate(0, 0),
                        reason,
                        "mend the model and run again: it is built again then"));
          }
        });
  }

  /** Deletes rows that nobody needs any more, now and then. */
  void forget(Transaction transaction, long nowNanos) throws SQLException {
    for (Forgetting forgetting : forgettings) {
      long micros = forgetting.bound.micros();
      // What has been published stays when the source has ended.
      boolean ended = forgetting.afterMicros > 0 && micros == Instants.INFINITE;
      if (micros != Instants.UNKNOWN && !ended) {
        long before = micros == Instants.INFINITE ? micros : micros - forgetting.afterMicros;
        forgetting.table.forget(transaction, forgetting.column, before, nowNanos);
      }
    }
  }
}
