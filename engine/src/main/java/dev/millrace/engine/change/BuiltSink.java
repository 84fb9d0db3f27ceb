package dev.millrace.engine.change;

import dev.millrace.api.error.Problem;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.change.Definition.SinkDefinition;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.delivery.OutboxChange;
import dev.millrace.engine.lookup.LookupTable;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import dev.millrace.project.SinkSpec;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table that builds make, and the sink that delivers it. The store keeps what the target has once
 * everything that waits is delivered; when a build may have changed the table, the difference goes
 * to the outbox and that copy is made equal, in one transaction. So it does not matter how a build
 * changes the table, nor whether the project ran then. For one thread, but for {@link #written},
 * {@link #isBehind} and {@link #problem}.
 */
final class BuiltSink {
  private static final Logger LOG = LoggerFactory.getLogger(BuiltSink.class);
  private static final String NOW = "_built_now";

  private final SinkSpec sink;
  private final LookupTable table;
  private final Outbox outbox;

  /** How often a build may have changed the table; of the changes, which were taken. */
  private final AtomicLong changes = new AtomicLong(1);

  private volatile long taken;
  private volatile Optional<Problem> problem = Optional.empty();
  private boolean ready;

  /** What a look at the table came to; {@code last} is the number of the newest change. */
  private record Taken(boolean missing, Optional<Problem> problem, long last) {
    static final Taken MISSING = new Taken(true, Optional.empty(), 0);
  }

  BuiltSink(SinkSpec sink, LookupTable table) {
    this.sink = sink;
    this.table = table;
    this.outbox = new Outbox(sink, table.columns());
  }

  SinkSpec sink() {
    return sink;
  }

  Outbox outbox() {
    return outbox;
  }

  /** Why the table's rows do not go on to the outbox; empty if they do. */
  Optional<Problem> problem() {
    return problem;
  }

  /** As {@link dev.millrace.engine.flow.Lookup#written}. */
  void written(Set<String> tables) {
    if (tables.isEmpty() || tables.stream().anyMatch(table.made()::contains)) {
      changes.incrementAndGet();
    }
  }

  boolean isBehind() {
    return taken != changes.get();
  }

  /** Looked at, and nothing can be done until the next build. */
  void giveUp(Problem reason, long seen) {
    problem = Optional.of(reason);
    taken = seen;
  }

  long seen() {
    return changes.get();
  }

  /** At the start of a run: makes what is missing, and starts over where the target is another. */
  void begin(Transaction transaction, Store store, StateTables tables, StoredProject stored)
      throws SQLException {
    SinkDefinition now = definition();
    Optional<SinkDefinition> old = stored.sink(sink.name());
    if (old.isEmpty() || !old.get().hasSameTarget(now)) {
      boolean elsewhere = old.isPresent() && !old.get().system().equals(now.system());
      transaction.execute("DROP TABLE IF EXISTS " + held());
      transaction.execute(
          "CREATE TABLE " + held() + " AS SELECT " + noRow(table.columns()) + " WHERE false");
      new OutboxChange(transaction, sink, table.columns(), held()).whole(store, elsewhere);
      StoreChange.define(transaction, now);
    } else {
      boolean delivered = StoreChange.hasOldTable(transaction, sink.name());
      if (!delivered) {
        // Until now it delivered a stream.
        transaction.execute(
            "CREATE TABLE "
                + held()
                + " AS SELECT * FROM "
                + StoreChange.qualified("published", old.get().from()));
      }
      if (!delivered || !old.get().isLike(now)) {
        problem = Optional.of(ChangeError.sinkWaitsForBuild(sink));
        return;
      }
    }
    outbox.create(transaction, tables);
    ready = true;
  }

  /** Takes the difference, if a build may have changed the table since it was taken. */
  void take(Writer writer, Store store, StateTables tables) throws SQLException {
    long now = changes.get();
    if (taken == now) {
      return;
    }
    Taken result = writer.transact(transaction -> take(transaction, store));
    if (result.missing()) {
      // What was delivered stays, as with a table that streams look up.
      taken = now;
      return;
    }
    if (result.problem().isPresent()) {
      giveUp(result.problem().get(), now);
      LOG.warn("sink {}: {}", sink.name(), result.problem().get());
      return;
    }
    FaultPoint.pass("built-after-commit");
    if (ready) {
      outbox.wrote(result.last());
    } else {
      writer.transact(
          transaction -> {
            outbox.create(transaction, tables);
            return true;
          });
      ready = true;
    }
    problem = Optional.empty();
    taken = now;
  }

  /** Looks at the table and takes it as it is then. */
  private Taken take(Transaction transaction, Store store) throws SQLException {
    if (isMissing(transaction)) {
      return Taken.MISSING;
    }
    Optional<Problem> wrong = misfit(transaction);
    if (wrong.isEmpty()) {
      wrong = repeatedKey(transaction);
    }
    return new Taken(false, wrong, wrong.isEmpty() ? write(transaction, store) : 0);
  }

  private boolean isMissing(Transaction transaction) throws SQLException {
    return transaction.number(
            "SELECT count(*) FROM duckdb_columns() WHERE database_name = 'store'"
                + " AND lower(schema_name) = "
                + Identifier.literal(table.schema().toLowerCase(Locale.ROOT))
                + " AND lower(table_name) = "
                + Identifier.literal(table.identifier().toLowerCase(Locale.ROOT)))
        == 0;
  }

  private Optional<Problem> misfit(Transaction transaction) throws SQLException {
    Map<String, String> types = new HashMap<>();
    transaction.query(
        "DESCRIBE SELECT * FROM " + table.qualified(),
        row -> types.put(row.getString(1).toLowerCase(Locale.ROOT), row.getString(2)));
    for (Column column : table.columns().columns()) {
      String type = types.get(column.name().toLowerCase(Locale.ROOT));
      if (type == null || !DataTypeParser.parse(type).equals(Optional.of(column.type()))) {
        return Optional.of(ChangeError.tableOfSinkMisfit(sink, column, type));
      }
    }
    return Optional.empty();
  }

  /** An upsert of two rows with one key would depend on their order. */
  private Optional<Problem> repeatedKey(Transaction transaction) throws SQLException {
    String keys = sink.key().stream().map(Identifier::quote).collect(Collectors.joining(", "));
    List<Problem> found = new ArrayList<>();
    transaction.query(
        "SELECT count(*), struct_pack("
            + sink.key().stream()
                .map(Identifier::quote)
                .map(k -> k + " := " + k)
                .collect(Collectors.joining(", "))
            + ")::VARCHAR FROM "
            + table.qualified()
            + " GROUP BY "
            + keys
            + " HAVING count(*) > 1 LIMIT 1",
        row -> found.add(ChangeError.keyRepeated(sink, row.getLong(1), row.getString(2))));
    return found.stream().findFirst();
  }

  /** Returns the number of the last change that was ever written. */
  private long write(Transaction transaction, Store store) throws SQLException {
    transaction.execute(
        "CREATE OR REPLACE TEMP TABLE "
            + NOW
            + " AS SELECT row_number() OVER () AS _n, "
            + names()
            + " FROM "
            + table.qualified());
    OutboxChange.Result result =
        new OutboxChange(transaction, sink, table.columns(), NOW)
            .difference(store, held(), Optional.empty());
    if (result.changes() > 0 || !ready) {
      transaction.execute("DROP TABLE " + held());
      transaction.execute("CREATE TABLE " + held() + " AS SELECT * FROM " + NOW);
      StoreChange.define(transaction, definition());
      LOG.info(
          "sink {} gets {} changes by a build of `{}`", sink.name(), result.changes(), sink.from());
    }
    if (result.left() > 0) {
      LOG.warn(
          "sink {}: {} rows of another key stay in `{}`", sink.name(), result.left(), sink.table());
    }
    transaction.execute("DROP TABLE " + NOW);
    FaultPoint.pass("built-before-commit");
    return transaction.number(
        "SELECT coalesce(max(_seq), 0) FROM " + StoreChange.qualified("outbox", sink.name()));
  }

  /** What the target has, once what waits is delivered. */
  private String held() {
    return StoreChange.qualified("published", sink.name() + StoreChange.OLD);
  }

  private SinkDefinition definition() {
    return Definitions.of(sink, table.columns());
  }

  private String names() {
    return table.columns().names().stream()
        .map(Identifier::quote)
        .collect(Collectors.joining(", "));
  }

  private static String noRow(Schema schema) {
    return schema.columns().stream()
        .map(c -> ", NULL::" + c.type() + " AS " + Identifier.quote(c.name()))
        .collect(Collectors.joining("", "0::BIGINT AS _n", ""));
  }
}
