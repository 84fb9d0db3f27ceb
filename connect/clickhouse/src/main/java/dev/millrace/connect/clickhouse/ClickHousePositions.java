package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.clickhouse.Held.Claim;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code millrace.positions} of the target: how far each sink of each project has come.
 * ClickHouse has no compare and set; it drops an insert whose token it has seen, so that of several
 * that try to follow upon a position one comes in, and all read which.
 *
 * <p>Rows say one of four things. <i>emptying</i>: the table is about to be emptied, to be begun
 * again. <i>adopted</i>: from here on it is filled from this epoch ({@code adoption} counts how
 * often it was begun; {@code upto} is the highest version that was there). <i>claimed</i>: the rows
 * behind {@code sequence}, up to {@code upto}, are about to be sent. <i>delivered</i>: they are
 * there.
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
      SETTINGS non_replicated_deduplication_window = 10000, fsync_after_insert = 1,
        fsync_part_directory = 1""";

  private static final String EMPTYING = "emptying";
  private static final String ADOPTED = "adopted";
  private static final String CLAIMED = "claimed";
  private static final String DELIVERED = "delivered";

  private final ClickHouseClient client;
  private final SinkContext context;
  private final Deduplication deduplication;
  private final String doing;
  private final String writer = UUID.randomUUID().toString();

  ClickHousePositions(ClickHouseClient client, SinkContext context, Deduplication deduplication) {
    this.client = client;
    this.context = context;
    this.deduplication = deduplication;
    this.doing = "keep the position of sink `" + context.sink() + "`";
  }

  /**
   * Creates the table where it is missing.
   *
   * @throws StopException if there is one that does not drop an insert whose token it has seen
   */
  void prepareTable() {
    List<List<String>> found =
        client.rows(
            "SELECT engine, engine_full FROM system.tables WHERE database = 'millrace' AND name = 'positions'",
            doing);
    if (found.isEmpty()) {
      ClickHouseTable.createDatabase(client, "millrace", doing);
      client.execute(CREATE, doing);
    } else if (!deduplication.isKnownTo(found.get(0).get(0), found.get(0).get(1))) {
      throw new StopException(
          Problem.error(
              ClickHouseError.SINK_TABLE_UNFIT,
              null,
              "sink `%s`: table `%s`, in which sinks claim rows, does not know an insert again that is repeated"
                  .formatted(context.sink(), TABLE),
              "ALTER TABLE %s MODIFY SETTING %s = 10000".formatted(TABLE, Deduplication.WINDOW)),
          null);
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
                + " ORDER BY adoption DESC, state LIMIT 4",
            doing);
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    String adoption = rows.get(0).get(0);
    String epoch = "";
    String tableId = "";
    long base = 0;
    String first = "";
    boolean begun = false;
    Optional<Long> sequence = Optional.empty();
    Claim claim = null;
    for (List<String> row : rows) {
      if (!row.get(0).equals(adoption)) {
        continue;
      }
      epoch = row.get(2);
      tableId = row.get(6);
      begun |= !row.get(1).equals(EMPTYING);
      if (row.get(1).equals(ADOPTED)) {
        base = Long.parseLong(row.get(4));
        first = row.get(7);
      } else if (row.get(1).equals(DELIVERED)) {
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
    long number = Long.parseLong(adoption);
    long filler = Held.filler(context.project(), context.sink(), number, first);
    return Optional.of(new Held(number, epoch, tableId, base, filler, !begun, sequence, claim));
  }

  /** The table is about to be emptied, and then adopted under this number. */
  void empty(long adoption, String tableId) {
    insert(adoption, EMPTYING, 0, 0, 0, tableId, Optional.empty());
  }

  /**
   * From here on the table is filled from this store, unless somebody else has begun it.
   *
   * @param base the highest version that is there
   * @return what holds now, which may be another's; empty if it is not to be seen
   */
  Optional<Held> adopt(long adoption, String tableId, long base) {
    String token = token(adoption, ADOPTED);
    Optional<Held> now = adopt(adoption, tableId, base, token);
    // As for claims: a server that was killed may have kept the token alone.
    return now.isPresent() ? now : adopt(adoption, tableId, base, token + "/" + writer);
  }

  private Optional<Held> adopt(long adoption, String tableId, long base, String token) {
    insert(adoption, ADOPTED, 0, base, 0, tableId, Optional.of(token));
    return read().filter(h -> h.adoption() >= adoption && !h.emptying());
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

  /** Names this object among all that ever wrote. */
  String writer() {
    return writer;
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
    client.execute(sql, doing, token.map(deduplication::by).orElseGet(deduplication::none));
  }
}
