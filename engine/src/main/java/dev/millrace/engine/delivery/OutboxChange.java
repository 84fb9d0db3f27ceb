package dev.millrace.engine.delivery;

import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Transaction;
import dev.millrace.project.SinkSpec;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a sink gets when the table that it delivers is replaced by another one: the difference, by
 * the sink's key. Doubles that differ by no more than one part in a thousand million are equal: a
 * sum depends on the order of what is added. For one transaction.
 */
public final class OutboxChange {
  private static final String FROM_HERE = "_from_here";

  private final Transaction transaction;
  private final SinkSpec sink;
  private final Schema schema;
  private final String newTable;
  private final String outbox;

  /**
   * A change of a sink's outbox.
   *
   * @param schema the visible columns of the new table
   * @param newTable qualified and quoted
   */
  public OutboxChange(Transaction transaction, SinkSpec sink, Schema schema, String newTable) {
    this.transaction = transaction;
    this.sink = sink;
    this.schema = schema;
    this.newTable = newTable;
    this.outbox = "outbox." + Identifier.quote(sink.name());
  }

  /** The rows that are compared: those whose {@code column} is not before an instant. */
  public record Limit(String column, String instant) {
    String sql(String prefix) {
      return prefix + Identifier.quote(column) + " >= " + instant;
    }
  }

  /** What became of a difference: how many changes wait, and rows that stay in the target. */
  public record Result(long changes, long left) {}

  /**
   * Replaces what waits by the whole table.
   *
   * @param elsewhere true if the target is another system, which holds nothing of this sink
   */
  public Result whole(Store store, boolean elsewhere) throws SQLException {
    long last = make(store, elsewhere);
    return new Result(
        append(
            "SELECT 1::TINYINT AS _w, n._n AS _order, " + names("n.") + " FROM " + newTable + " n",
            last),
        0);
  }

  /**
   * Adds the difference between the table that the target holds, once what waits is delivered, and
   * the new one.
   *
   * @param oldTable qualified and quoted
   * @param within limits what is compared, as rows that were dropped by {@code retain} are not
   *     missing; empty for all rows
   */
  public Result difference(Store store, String oldTable, Optional<Limit> within)
      throws SQLException {
    Map<String, String> old = columns(oldTable);
    Map<String, String> waiting = columns(outbox);
    boolean same =
        schema.columns().stream().allMatch(c -> has(waiting, c) && has(old, c))
            && waiting.size()
                == schema.columns().size() + (sink.mode() == WriteMode.DEBEZIUM ? 4 : 3);
    return sink.mode().isKeyed()
        ? keyed(store, oldTable, old, within, same)
        : append(store, oldTable, old, within, same);
  }

  private static boolean has(Map<String, String> columns, Column column) {
    return column.type().toString().equalsIgnoreCase(columns.get(column.name()));
  }

  private Map<String, String> columns(String table) {
    Map<String, String> columns = new LinkedHashMap<>();
    try {
      transaction.query(
          "SELECT column_name, column_type FROM (DESCRIBE " + table + ")",
          row -> columns.put(row.getString(1), row.getString(2)));
    } catch (SQLException e) {
      throw new IllegalStateException("no table " + table, e);
    }
    return columns;
  }

  private Result keyed(
      Store store, String oldTable, Map<String, String> old, Optional<Limit> within, boolean same)
      throws SQLException {
    List<Column> shared = schema.columns().stream().filter(c -> has(old, c)).toList();
    boolean keyed = sink.key().stream().allMatch(k -> old.containsKey(k));
    List<Column> keys = keys();
    String match = keyed ? all(keys, c -> sameKey(old, c)) : "false";
    String limit =
        within.filter(w -> old.containsKey(w.column())).map(w -> " AND " + w.sql("o.")).orElse("");
    String named = keyed ? all(keys, c -> isNamed(old, c)) : "false";
    String gone = goneSql(oldTable, old, match) + " WHERE " + named + limit;
    String other =
        shared.size() < schema.columns().size() || !keyed
            ? "true"
            : "o._n IS NULL OR NOT (" + all(shared, c -> close("o", "n", c)) + ")";
    String from =
        keyed
            ? newTable + " n LEFT JOIN " + oldTable + " o ON " + match
            : newTable + " n CROSS JOIN (SELECT NULL AS _n) o";
    // What waits has the old columns: the rows that it is about are sent again.
    Map<String, String> waitingColumns = columns(outbox);
    boolean keptKeys = keys.stream().allMatch(k -> has(waitingColumns, k));
    String waiting = same ? "false" : keptKeys ? isWaiting(keys) : "true";
    if (!same && keptKeys) {
      String waits = "(SELECT * FROM " + outbox + " WHERE _seq > " + delivered() + ")";
      gone += " UNION " + goneSql(waits, waitingColumns, all(keys, c -> same("o", "n", c)));
    }
    if (sink.mode() == WriteMode.DEBEZIUM && keyed) {
      String replaced = oldTable + " o JOIN " + newTable + " n ON " + match;
      gone +=
          " UNION ALL SELECT "
              + cast(old)
              + " FROM "
              + replaced
              + " WHERE "
              + other
              + " OR "
              + waiting;
    }
    transaction.execute(
        "CREATE OR REPLACE TEMP TABLE "
            + FROM_HERE
            + " AS SELECT -1::TINYINT AS _w, 0::BIGINT AS _order, * FROM ("
            + gone
            + ") AS g("
            + names("")
            + ")"
            + oneOfKey()
            + " UNION ALL SELECT 1, n._n, "
            + names("n.")
            + " FROM "
            + from
            + " WHERE "
            + other
            + " OR "
            + waiting);
    long left = countGone(oldTable, match, " WHERE NOT (" + named + ")" + limit);
    long last = same ? last() : make(store, false);
    return new Result(append("SELECT * FROM " + FROM_HERE, last), left);
  }

  private long countGone(String oldTable, String match, String where) throws SQLException {
    return transaction.number(
        "SELECT count(*) FROM " + oldTable + " o ANTI JOIN " + newTable + " n ON " + match + where);
  }

  /** A key whose type is another one is the same if each of both can be turned into the other. */
  private static String sameKey(Map<String, String> old, Column column) {
    if (has(old, column)) {
      return same("o", "n", column);
    }
    String o = "o." + q(column);
    String n = "n." + q(column);
    return "(TRY_CAST("
        + o
        + " AS "
        + column.type()
        + ") IS NOT DISTINCT FROM "
        + n
        + " AND TRY_CAST("
        + n
        + " AS "
        + old.get(column.name())
        + ") IS NOT DISTINCT FROM "
        + o
        + ")";
  }

  /** True if a row of the old table has a key in the new one's type, so that it can be deleted. */
  private static String isNamed(Map<String, String> old, Column column) {
    return has(old, column)
        ? "true"
        : "(o."
            + q(column)
            + " IS NULL OR TRY_CAST(o."
            + q(column)
            + " AS "
            + column.type()
            + ") NOTNULL)";
  }

  /** A change has one row before it, however many of its key have waited. */
  private String oneOfKey() {
    return sink.mode() == WriteMode.DEBEZIUM
        ? " QUALIFY row_number() OVER (PARTITION BY " + keyNames() + ") = 1"
        : "";
  }

  private String keyNames() {
    return sink.key().stream().map(Identifier::quote).collect(Collectors.joining(", "));
  }

  private List<Column> keys() {
    return schema.columns().stream().filter(c -> sink.key().contains(c.name())).toList();
  }

  /** Rows that are not in the new table, with its columns; {@code o} and {@code n} in the match. */
  private String goneSql(String table, Map<String, String> columns, String match) {
    return "SELECT "
        + cast(columns)
        + " FROM "
        + table
        + " o ANTI JOIN "
        + newTable
        + " n ON "
        + match;
  }

  private String cast(Map<String, String> columns) {
    return schema.columns().stream()
        .map(
            c ->
                (columns.containsKey(c.name()) ? "TRY_CAST(o." + q(c) + " AS " : "CAST(NULL AS ")
                    + c.type()
                    + ")")
        .collect(Collectors.joining(", "));
  }

  private String isWaiting(List<Column> keys) {
    return "EXISTS (SELECT 1 FROM "
        + outbox
        + " w WHERE w._seq > "
        + delivered()
        + " AND "
        + all(keys, c -> same("w", "n", c))
        + ")";
  }

  /** An append sink: rows that are new; equal rows are told apart by counting them. */
  private Result append(
      Store store, String oldTable, Map<String, String> old, Optional<Limit> within, boolean same)
      throws SQLException {
    List<Column> shared = schema.columns().stream().filter(c -> has(old, c)).toList();
    List<Column> exact = shared.stream().filter(c -> !isInexact(c)).toList();
    List<Column> inexact = shared.stream().filter(OutboxChange::isInexact).toList();
    String limit =
        within.filter(w -> old.containsKey(w.column())).map(w -> " WHERE " + w.sql("")).orElse("");
    String oldRows = counted(oldTable, limit, exact, inexact);
    String newRows = counted(newTable, limit, exact, inexact);
    String matches =
        Stream.concat(
                    exact.stream().map(c -> same("o", "n", c)),
                    inexact.stream().map(c -> close("o", "n", c)))
                .collect(Collectors.joining(" AND "))
            + (shared.isEmpty() ? "" : " AND ")
            + "o._copy = n._copy";
    transaction.execute(
        "CREATE OR REPLACE TEMP TABLE "
            + FROM_HERE
            + " AS SELECT 1::TINYINT AS _w, n._n AS _order, "
            + names("n.")
            + " FROM "
            + newRows
            + " n ANTI JOIN "
            + oldRows
            + " o ON "
            + matches);
    long left =
        transaction.number(
            "SELECT count(*) FROM " + oldRows + " o ANTI JOIN " + newRows + " n ON " + matches);
    long last = same ? last() : makeKeeping(store);
    return new Result(append("SELECT * FROM " + FROM_HERE, last), left);
  }

  private static String counted(
      String table, String limit, List<Column> exact, List<Column> inexact) {
    String partition =
        exact.isEmpty()
            ? ""
            : "PARTITION BY "
                + exact.stream().map(OutboxChange::q).collect(Collectors.joining(", "));
    String order =
        Stream.concat(inexact.stream().map(OutboxChange::q), Stream.of("_n"))
            .collect(Collectors.joining(", "));
    return "(SELECT *, row_number() OVER ("
        + partition
        + " ORDER BY "
        + order
        + ") AS _copy FROM "
        + table
        + limit
        + ")";
  }

  /** A row that is taken back comes right before the one that replaces it. */
  private String order() {
    return sink.mode() == WriteMode.DEBEZIUM ? keyNames() + ", _w" : "_order";
  }

  private long append(String rows, long last) throws SQLException {
    return transaction.update(
        "INSERT INTO "
            + outbox
            + " (_w, _at, "
            + names("")
            + ", _seq) SELECT _w, now(), "
            + names("")
            + ", "
            + last
            + " + row_number() OVER (ORDER BY "
            + order()
            + ") FROM ("
            + rows
            + ")");
  }

  /** Makes the outbox anew, without what waited; returns the last sequence number ever given. */
  private long make(Store store, boolean elsewhere) throws SQLException {
    long last = last();
    transaction.execute("DROP TABLE IF EXISTS " + outbox);
    create(store);
    floor(last, elsewhere);
    return last;
  }

  /** Makes the outbox anew with what waits, as far as the columns are the same. */
  private long makeKeeping(Store store) throws SQLException {
    long last = last();
    Map<String, String> before = columns(outbox);
    transaction.execute(
        "CREATE OR REPLACE TEMP TABLE _waiting AS SELECT * FROM "
            + outbox
            + " WHERE _seq > "
            + delivered());
    transaction.execute("DROP TABLE " + outbox);
    create(store);
    String shared =
        schema.columns().stream()
            .filter(c -> has(before, c))
            .map(c -> ", " + q(c))
            .collect(Collectors.joining());
    transaction.execute(
        "INSERT INTO "
            + outbox
            + " (_w, _at, _seq"
            + shared
            + ") SELECT _w, _at, _seq"
            + shared
            + " FROM _waiting");
    floor(last, false);
    return last;
  }

  private void create(Store store) throws SQLException {
    try (StateTables tables = new StateTables(store)) {
      new Outbox(sink, schema).create(transaction, tables);
    }
  }

  private void floor(long last, boolean elsewhere) throws SQLException {
    transaction.execute(
        "UPDATE progress.sink_positions SET floor = "
            + last
            + (elsewhere
                ? ", delivered = 0, begun = " + last
                : ", delivered = coalesce(delivered, 0)")
            + " WHERE sink = "
            + Identifier.literal(sink.name()));
  }

  private long last() throws SQLException {
    long known =
        transaction.number(
            "SELECT max(greatest(coalesce(delivered, 0), floor)) FROM progress.sink_positions WHERE"
                + " sink = "
                + Identifier.literal(sink.name()));
    boolean exists =
        transaction.number(
                "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'outbox' AND table_name ="
                    + " "
                    + Identifier.literal(sink.name()))
            > 0;
    return exists ? Math.max(known, transaction.number("SELECT max(_seq) FROM " + outbox)) : known;
  }

  private String delivered() {
    return "(SELECT coalesce(max(delivered), 0) FROM progress.sink_positions WHERE sink = "
        + Identifier.literal(sink.name())
        + ")";
  }

  private String names(String prefix) {
    return schema.columns().stream().map(c -> prefix + q(c)).collect(Collectors.joining(", "));
  }

  private static String q(Column column) {
    return Identifier.quote(column.name());
  }

  private static String all(List<Column> columns, Function<Column, String> sql) {
    return columns.isEmpty()
        ? "true"
        : columns.stream().map(sql).collect(Collectors.joining(" AND "));
  }

  private static String same(String left, String right, Column column) {
    return left + "." + q(column) + " IS NOT DISTINCT FROM " + right + "." + q(column);
  }

  private static String close(String left, String right, Column column) {
    if (!isInexact(column)) {
      return same(left, right, column);
    }
    String a = left + "." + q(column);
    String b = right + "." + q(column);
    return "("
        + same(left, right, column)
        + " OR coalesce(abs("
        + a
        + " - "
        + b
        + ") <= 1e-9 * greatest(1, abs("
        + a
        + ")), false))";
  }

  private static boolean isInexact(Column column) {
    return column.type() instanceof DataType.Scalar scalar
        && (scalar.kind() == DataType.Kind.DOUBLE || scalar.kind() == DataType.Kind.FLOAT);
  }
}
