package dev.millrace.engine.delivery;

import dev.millrace.api.connect.SinkPace;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.store.ByteWidths;
import dev.millrace.engine.store.KeptTable;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Transaction;
import dev.millrace.project.SinkSpec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one stream that wait for one sink, in a table of the store with a sequence number
 * each. The flow writes it in the batch's transaction; the delivery reads and trims it in its own.
 * {@link #write} is for the flow's thread, the rest for the delivery's; counters are safe for all.
 */
public final class Outbox {
  /** The variable that stands for the time of a batch in {@link #changesSql}. */
  public static final String NOW = "now";

  /** In the mode of Debezium: the row that the key had, null if none. */
  private static final String BEFORE = "_before";

  private final SinkSpec sink;
  private final Schema schema;
  private final String table;
  private final long rowBytes;
  private @Nullable KeptTable kept;
  private volatile long written;
  private volatile long delivered;
  private volatile long compacted;
  private volatile long emptyUpTo;
  private volatile long begun;

  /** So many rows take no more memory than a chunk may, as far as was seen. */
  private int fitting = Integer.MAX_VALUE;

  /** Rows of an outbox as one batch, and the sequence number of the last change that it covers. */
  public record Chunk(Batch batch, long lastSequence, long oldestMicros) {}

  /**
   * Rows of an outbox where they are.
   *
   * @param query what gives them: the columns and {@code _w}, their weight
   */
  public record Stretch(String query, long rows, long lastSequence, long oldestMicros) {}

  /** An outbox for a sink of a stream with these columns. */
  public Outbox(SinkSpec sink, Schema schema) {
    this.sink = sink;
    this.schema = schema;
    this.table = "outbox." + Identifier.quote(sink.name());
    this.rowBytes = 24 + schema.columns().stream().mapToLong(c -> ByteWidths.guess(c.type())).sum();
  }

  /** The sink that it is for. */
  public SinkSpec sink() {
    return sink;
  }

  /**
   * The last number of changes that are not this sink's: a sink of its name had them before that
   * was removed, or before it went to another system and came back.
   */
  long begun() {
    return begun;
  }

  /** The columns of its changes. */
  public Schema schema() {
    return schema;
  }

  /** Makes its table if it is missing and reads where it stands. */
  public void create(Transaction transaction, StateTables tables) throws SQLException {
    List<Column> columns =
        new ArrayList<>(
            List.of(
                new Column("_w", new DataType.Scalar(DataType.Kind.TINYINT)),
                new Column("_at", new DataType.Scalar(DataType.Kind.TIMESTAMPTZ))));
    columns.addAll(schema.columns());
    if (sink.mode() == WriteMode.DEBEZIUM) {
      columns.add(new Column(BEFORE, new DataType.Struct(schema.columns())));
    }
    KeptTable made =
        tables.create(transaction, "outbox", sink.name(), new Schema(columns), "_seq", List.of());
    kept = made;
    transaction.execute(
        "INSERT INTO progress.sink_positions SELECT "
            + Identifier.literal(sink.name())
            + ", 0, NULL, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM progress.sink_positions WHERE sink = "
            + Identifier.literal(sink.name())
            + ")");
    // What was acknowledged since is not stored yet.
    delivered =
        Math.max(
            delivered,
            transaction.number(
                "SELECT delivered FROM progress.sink_positions WHERE sink = "
                    + Identifier.literal(sink.name())));
    long last = transaction.number("SELECT max(_seq) FROM " + table);
    long floor =
        transaction.number(
            "SELECT floor FROM progress.sink_positions WHERE sink = "
                + Identifier.literal(sink.name()));
    begun =
        transaction.number(
            "SELECT coalesce(begun, 0) FROM progress.sink_positions WHERE sink = "
                + Identifier.literal(sink.name()));
    written = Math.max(Math.max(delivered, floor), last);
    made.atLeast(written + 1);
    compacted =
        written
            - delivered
            - transaction.number("SELECT count(*) FROM " + table + " WHERE _seq > " + delivered);
  }

  /** The table, of which a row is a change. */
  public KeptTable table() {
    KeptTable made = kept;
    if (made == null) {
      throw new IllegalStateException("create comes first");
    }
    return made;
  }

  /** A SELECT of the changes of a batch, as rows of {@link #table}. */
  public String changesSql(String delta) {
    String columns =
        schema.names().stream()
            .map(n -> ", d." + Identifier.quote(n))
            .collect(Collectors.joining());
    String select = "SELECT d._w, getvariable('" + NOW + "')" + columns + " FROM ";
    if (sink.mode() == WriteMode.APPEND) {
      return select + delta + " AS d";
    }
    if (sink.mode() == WriteMode.DEBEZIUM) {
      return pairsSql(delta);
    }
    // A row that is taken back and replaced in the same batch is one write, not a deletion and a
    // write.
    String added = "(SELECT * FROM " + delta + " WHERE _w > 0)";
    return select
        + added
        + " AS d UNION ALL "
        + select
        + "(SELECT * FROM "
        + delta
        + " WHERE _w < 0) AS d ANTI JOIN "
        + added
        + " AS p ON "
        + sameKey("p", "d");
  }

  /** One change for each key: its row, or the one that is deleted, and the row that it had. */
  private String pairsSql(String delta) {
    String rows =
        schema.names().stream()
            .map(Identifier::quote)
            .map(n -> ", CASE WHEN p._w IS NULL THEN d." + n + " ELSE p." + n + " END")
            .collect(Collectors.joining());
    return "SELECT (CASE WHEN p._w IS NULL THEN -1 ELSE 1 END)::TINYINT, getvariable('"
        + NOW
        + "')"
        + rows
        + ", CASE WHEN d._w NOTNULL THEN "
        + row("d.")
        + " END FROM (SELECT * FROM "
        + delta
        + " WHERE _w > 0) AS p FULL JOIN (SELECT * FROM "
        + delta
        + " WHERE _w < 0) AS d ON "
        + sameKey("p", "d");
  }

  /** The visible columns as a struct. */
  private String row(String prefix) {
    return schema.names().stream()
        .map(Identifier::quote)
        .map(n -> n + " := " + prefix + n)
        .collect(Collectors.joining(", ", "struct_pack(", ")"));
  }

  private String keys() {
    return sink.key().stream().map(Identifier::quote).collect(Collectors.joining(", "));
  }

  private String sameKey(String left, String right) {
    return sink.key().stream()
        .map(Identifier::quote)
        .map(k -> left + "." + k + " IS NOT DISTINCT FROM " + right + "." + k)
        .collect(Collectors.joining(" AND "));
  }

  /** The flow's transaction was committed: what it wrote may be delivered. */
  public void committed() {
    written = table().lastCommitted();
  }

  /**
   * As {@link #committed}, after another thread than a flow's has committed changes up to {@code
   * last}, without gaps.
   */
  public void wrote(long last) {
    written = Math.max(written, last);
  }

  /** The last sequence number that is committed. */
  public long written() {
    return written;
  }

  /** The last sequence number that the target is known to hold. */
  public long delivered() {
    return delivered;
  }

  /** Changes that wait. */
  public long pending() {
    return Math.max(0, written - delivered - compacted);
  }

  /** True if nothing waits. */
  public boolean isDrained() {
    return Math.max(delivered, emptyUpTo) >= written;
  }

  /** True once {@link #create} has made it. */
  public boolean isReady() {
    return kept != null;
  }

  /** True while what waits takes more than the sink's cap. */
  public boolean isFull() {
    return pending() * rowBytes > sink.outboxBytes();
  }

  /** True if so much waits that a chunk is full. */
  boolean fills(SinkPace pace) {
    return pending() >= Math.min(pace.rows(), fitting);
  }

  /**
   * The next changes in order, as many as the pace allows; empty if none waits. Fewer are read
   * again where they take more memory than that.
   */
  public Optional<Chunk> read(Connection connection, SinkPace pace) throws SQLException {
    while (true) {
      int limit = Math.min(pace.rows(), fitting);
      long upTo = written;
      ChunkRows rows = new ChunkRows(schema);
      Optional<Chunk> chunk = read(connection, limit, pace.bytes(), rows);
      if (chunk.isPresent()) {
        if (rows.bytes() < pace.bytes() / 4) {
          fitting = (int) Math.min(fitting * 2L, Integer.MAX_VALUE);
        }
        return chunk;
      }
      if (rows.size() == 0) {
        emptyUpTo = upTo;
        return Optional.empty();
      }
      fitting = Math.max(1, rows.size() / 2);
    }
  }

  /**
   * The next changes, as many as the pace allows, for a sink that reads them itself; empty if none
   * waits. The query gives the same rows whenever it runs, whatever is committed meanwhile. Not for
   * the mode of Debezium.
   */
  public Optional<Stretch> stretch(Connection connection, SinkPace pace) throws SQLException {
    long upTo = written;
    String from = " FROM " + table + " WHERE _seq > " + delivered + " AND _seq <= ";
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*), max(_seq), epoch_us(min(_at))"
                    + from
                    + end(statement, pace.rows()))) {
      row.next();
      if (row.getLong(1) == 0) {
        emptyUpTo = upTo;
        return Optional.empty();
      }
      String columns =
          schema.names().stream()
              .map(n -> ", " + Identifier.quote(n))
              .collect(Collectors.joining());
      String newest =
          sink.mode() == WriteMode.UPSERT
              ? " QUALIFY row_number() OVER (PARTITION BY " + keys() + " ORDER BY _seq DESC) = 1"
              : "";
      // Up to the last that was counted: the flow may have committed more before the sink reads.
      return Optional.of(
          new Stretch(
              "SELECT _w" + columns + from + row.getLong(2) + newest,
              row.getLong(1),
              row.getLong(2),
              row.getLong(3)));
    }
  }

  /** Empty if there are no rows, or if these take more memory. */
  private Optional<Chunk> read(Connection connection, int limit, long bytes, ChunkRows rows)
      throws SQLException {
    long last = 0;
    long oldest = Long.MAX_VALUE;
    int read = 0;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(rowsSql(end(statement, limit)))) {
      while (row.next()) {
        boolean parted =
            sink.mode() == WriteMode.DEBEZIUM
                && ++read == limit
                && row.getByte(2) < 0
                && rows.size() > 0;
        if (parted) {
          // After an edit of the project two rows are a change: both go with the next chunk.
          break;
        }
        if (rows.bytes() > bytes && limit > 1) {
          return Optional.empty();
        }
        last = Math.max(last, row.getLong(1));
        oldest = Math.min(oldest, row.getLong(3));
        if (sink.mode() == WriteMode.DEBEZIUM && row.getByte(2) > 0) {
          addBefore(row, rows);
        }
        add(row, row.getByte(2), 4, rows);
      }
    }
    return rows.size() == 0 ? Optional.empty() : Optional.of(new Chunk(rows.batch(), last, oldest));
  }

  /**
   * The number of the last change of a chunk. To sort all that waits for its first rows would take
   * as long as there is much of it; of a stretch of numbers DuckDB reads the stretch.
   */
  private long end(Statement statement, int limit) throws SQLException {
    if (compacted == 0) {
      return delivered + limit;
    }
    String last =
        "SELECT max(_seq) FROM (SELECT _seq FROM "
            + table
            + " WHERE _seq > "
            + delivered
            + " ORDER BY _seq LIMIT "
            + limit
            + ")";
    try (ResultSet row = statement.executeQuery(last)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void add(ResultSet row, int weight, int first, ChunkRows rows) throws SQLException {
    rows.begin(weight);
    for (int i = 0; i < schema.columns().size(); i++) {
      rows.add(i, StoredValues.read(row, first + i, schema.columns().get(i).type()));
    }
  }

  /** The next changes: number, weight, time, columns, and the row before where that is kept. */
  private String rowsSql(long end) {
    String columns =
        schema.names().stream().map(n -> ", " + Identifier.quote(n)).collect(Collectors.joining());
    if (sink.mode() == WriteMode.DEBEZIUM) {
      columns += ", " + BEFORE + " NOTNULL" + before();
    }
    String rows =
        "SELECT _seq, _w, epoch_us(_at) AS written"
            + columns
            + " FROM "
            + table
            + " WHERE _seq > "
            + delivered
            + " AND _seq <= "
            + end
            + " ORDER BY _seq";
    if (sink.mode() == WriteMode.UPSERT) {
      rows =
          "SELECT max(_seq) OVER () AS _seq, _w, min(written) OVER () AS written"
              + columns
              + " FROM ("
              + rows
              + ") AS r(_seq, _w, written"
              + columns
              + ") QUALIFY row_number() OVER (PARTITION BY "
              + keys()
              + " ORDER BY r._seq DESC) = 1";
    }
    return rows;
  }

  private String before() {
    return schema.names().stream()
        .map(n -> ", struct_extract(" + BEFORE + ", " + Identifier.literal(n) + ")")
        .collect(Collectors.joining());
  }

  /** The row that is replaced, before the one that replaces it. */
  private void addBefore(ResultSet row, ChunkRows rows) throws SQLException {
    int column = schema.columns().size() + 4;
    if (row.getBoolean(column)) {
      add(row, -1, column + 1, rows);
    }
  }

  /** The target holds everything up to {@code sequence}. */
  void acknowledged(long sequence) {
    long before = delivered;
    delivered = Math.max(delivered, sequence);
    if (delivered > before && delivered >= written) {
      compacted = 0;
    }
  }

  /** Stores how far the target is, and drops what it holds. */
  void trim(Transaction transaction) throws SQLException {
    transaction.execute(
        "UPDATE progress.sink_positions SET delivered = "
            + delivered
            + ", delivered_at = now() WHERE sink = "
            + Identifier.literal(sink.name()));
    transaction.execute("DELETE FROM " + table + " WHERE _seq <= " + delivered);
  }

  /** Keeps only the newest change of each key, for sinks with a key: all that the target needs. */
  void compact(Transaction transaction) throws SQLException {
    String waiting = " WHERE _seq > " + delivered + " AND _seq <= " + written;
    if (sink.mode() == WriteMode.DEBEZIUM) {
      // The row that the target has is the one before the oldest of the changes.
      transaction.execute(
          "UPDATE "
              + table
              + " AS o SET "
              + BEFORE
              + " = f.b FROM (SELECT max(_seq) AS s, first(CASE WHEN _w < 0 THEN "
              + row("")
              + " ELSE "
              + BEFORE
              + " END ORDER BY _seq) AS b FROM "
              + table
              + waiting
              + " GROUP BY "
              + keys()
              + ") AS f WHERE o._seq = f.s");
    }
    compacted +=
        transaction.update(
            "DELETE FROM "
                + table
                + waiting
                + " AND _seq NOT IN (SELECT max(_seq) FROM "
                + table
                + " GROUP BY "
                + keys()
                + ")");
  }
}
