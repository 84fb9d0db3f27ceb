package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkPosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code millrace.positions} of the target: how far each sink of each project has come.
 * ClickHouse has no compare and set; it drops an insert whose token it has seen, so that of several
 * that try to follow upon a position one comes in, and all read which.
 *
 * <p>Rows say one of three things. <i>adopted</i>: from here on the table is filled from this epoch
 * (the table can be adopted again, which {@code adoption} counts). <i>claimed</i>: the rows behind
 * {@code sequence}, up to {@code upto}, are about to be sent. <i>delivered</i>: they are there.
 */
final class ClickHousePositions {
  private static final String TABLE = "millrace.positions";
  private static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS millrace.positions (
        project String, sink String, adoption UInt32, state LowCardinality(String),
        epoch String, sequence UInt64, upto UInt64, rows UInt64, table_id String, writer String,
        at DateTime64(3, 'UTC') DEFAULT now64(3))
      ENGINE = ReplacingMergeTree(sequence)
      ORDER BY (project, sink, adoption, state)
      SETTINGS non_replicated_deduplication_window = 10000""";

  private static final String ADOPTED = "adopted";
  private static final String CLAIMED = "claimed";
  private static final String DELIVERED = "delivered";

  /**
   * A chunk that somebody has begun to send.
   *
   * @param from the position before it
   * @param upto the position behind it
   * @param rows how many rows it has
   * @param writer who
   */
  record Claim(long from, long upto, long rows, String writer) {
    /** Names the chunk among all that were ever sent. */
    String id() {
      return writer + "/" + from + "-" + upto;
    }
  }

  /**
   * What the target knows of this sink.
   *
   * @param adoption counts how often its table was begun
   * @param epoch of the store from which it is filled
   * @param tableId the table that was filled
   * @param sequence up to which it is; empty if nothing was confirmed
   * @param claim the newest; null if there is none
   */
  record Held(
      long adoption, String epoch, String tableId, Optional<Long> sequence, @Nullable Claim claim) {
    /**
     * The position as the engine wants it; empty if nothing was sent. What another store has begun
     * counts as sent, as an upsert leaves no other trace before it is confirmed.
     */
    Optional<SinkPosition> position(String ownEpoch) {
      return sequence.isPresent() || claim != null || !epoch.equals(ownEpoch)
          ? Optional.of(new SinkPosition(epoch, done()))
          : Optional.empty();
    }

    long done() {
      return sequence.orElse(0L);
    }

    /** A chunk whose outcome is unknown; null if there is none. */
    @Nullable Claim pending() {
      return claim != null && claim.from() >= done() ? claim : null;
    }
  }

  private final ClickHouseClient client;
  private final SinkContext context;
  private final String doing;
  private final String writer = UUID.randomUUID().toString();

  ClickHousePositions(ClickHouseClient client, SinkContext context) {
    this.client = client;
    this.context = context;
    this.doing = "keep the position of sink `" + context.sink() + "`";
  }

  /** Creates the table where it is missing. */
  void createTable() {
    if (client
        .rows(
            "SELECT name FROM system.tables WHERE database = 'millrace' AND name = 'positions'",
            doing)
        .isEmpty()) {
      ClickHouseTable.createDatabase(client, "millrace", doing);
      client.execute(CREATE, doing);
    }
  }

  /** What the table holds for this sink. */
  Optional<Held> read() {
    List<List<String>> rows =
        client.rows(
            "SELECT toString(adoption), state, epoch, toString(sequence), toString(upto),"
                + " toString(rows), table_id, writer FROM "
                + TABLE
                + " FINAL WHERE project = "
                + Sql.literal(context.project())
                + " AND sink = "
                + Sql.literal(context.sink())
                + " ORDER BY adoption DESC, state LIMIT 3",
            doing);
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    String adoption = rows.get(0).get(0);
    String epoch = "";
    String tableId = "";
    Optional<Long> sequence = Optional.empty();
    Claim claim = null;
    for (List<String> row : rows) {
      if (!row.get(0).equals(adoption)) {
        continue;
      }
      epoch = row.get(2);
      tableId = row.get(6);
      if (row.get(1).equals(DELIVERED)) {
        sequence = Optional.of(Long.parseLong(row.get(3)));
      } else if (row.get(1).equals(CLAIMED)) {
        claim =
            new Claim(
                Long.parseLong(row.get(3)),
                Long.parseLong(row.get(4)),
                Long.parseLong(row.get(5)),
                row.get(7));
      }
    }
    return Optional.of(new Held(Long.parseLong(adoption), epoch, tableId, sequence, claim));
  }

  /** From here on the table is filled from this store. */
  void adopt(long adoption, String tableId) {
    insert(adoption, ADOPTED, 0, 0, 0, tableId, Optional.of(token(adoption, ADOPTED)));
  }

  /**
   * Claims the rows behind a position, unless somebody has done so.
   *
   * @return the claim that holds, which may be another's; null if it is not to be seen
   */
  @Nullable Claim claim(Held held, long upto, long rows) {
    String token = token(held.adoption(), "claim/" + held.done());
    Claim claim = claim(held, upto, rows, token);
    // A server that was killed between noting a token and keeping the row drops it for good.
    return claim != null ? claim : claim(held, upto, rows, token + "/" + writer);
  }

  private @Nullable Claim claim(Held held, long upto, long rows, String token) {
    long from = held.done();
    insert(held.adoption(), CLAIMED, from, upto, rows, held.tableId(), Optional.of(token));
    Optional<Held> now = read().filter(h -> h.adoption() == held.adoption());
    Claim claim = now.isPresent() ? now.get().claim() : null;
    return claim != null && claim.from() >= from ? claim : null;
  }

  /** True if a claim is of this object. */
  boolean isOwn(Claim claim) {
    return claim.writer().equals(writer);
  }

  /** The rows up to a position are in the table. */
  void deliver(Held held, long sequence) {
    insert(held.adoption(), DELIVERED, sequence, sequence, 0, held.tableId(), Optional.empty());
  }

  /** The token of something that happens once in the life of a sink. */
  private String token(long adoption, String what) {
    return "millrace/%s/%s/%d/%s".formatted(context.project(), context.sink(), adoption, what);
  }

  private void insert(
      long adoption,
      String state,
      long sequence,
      long upto,
      long rows,
      String tableId,
      Optional<String> token) {
    String sql =
        "INSERT INTO %s (project, sink, adoption, state, epoch, sequence, upto, rows, table_id, writer) VALUES (%s, %s, %d, %s, %s, %d, %d, %d, %s, %s)"
            .formatted(
                TABLE,
                Sql.literal(context.project()),
                Sql.literal(context.sink()),
                adoption,
                Sql.literal(state),
                Sql.literal(context.epoch()),
                sequence,
                upto,
                rows,
                Sql.literal(tableId),
                Sql.literal(writer));
    client.execute(
        sql,
        doing,
        token.isPresent()
            ? Map.of("insert_deduplicate", "1", "insert_deduplication_token", token.get())
            : Map.of("insert_deduplicate", "0"));
  }
}
