package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkError;
import dev.millrace.api.connect.SinkPace;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.type.Batch;
import dev.millrace.connect.clickhouse.Held.Claim;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches to one table. In append mode a chunk is claimed, sent in pieces of one partition
 * each under a token that follows from the claim, and confirmed. After a crash between the two, the
 * claim says how many rows there were: the same rows, which come again as the first of what waits,
 * are sent again under the same tokens, and the server drops what it has. In upsert mode a row's
 * version is its chunk's sequence number, counted from the highest version that was there before,
 * so that writing it again changes nothing.
 */
final class ClickHouseSink implements Sink {
  private static final String AGAIN =
      "run with `--fresh --replace-sinks` to empty the table and fill it again";

  /** ClickHouse would rather have few large inserts. */
  private static final Duration BETWEEN = Duration.ofMillis(400);

  private static final long MOST_ROWS = 100_000;
  private static final long LEAST_ROWS = 1_000;
  private static final long MOST_VALUES = 1_000_000;

  private final SinkContext context;
  private final ClickHouseClient client;
  private final ClickHousePositions positions;
  private final Deduplication deduplication;
  private final ClickHouseTarget target;
  private final ClickHouseRows rows;
  private final String doing;
  private final Fill fill;
  private final boolean fills;
  private @Nullable Held held;

  private ClickHouseSink(
      SinkContext context,
      ClickHouseClient client,
      ClickHousePositions positions,
      Deduplication deduplication,
      ClickHouseTarget target,
      boolean fills,
      @Nullable Held held) {
    this.context = context;
    this.client = client;
    this.positions = positions;
    this.deduplication = deduplication;
    this.target = target;
    this.held = held;
    this.rows = new ClickHouseRows(context, target);
    this.fill = new Fill(context);
    this.fills = fills && fill.isWanted();
    this.doing = "deliver to `" + context.table() + "`";
  }

  /** See {@link ClickHouseConnector#open}. */
  static ClickHouseSink open(SinkContext context) {
    return open(context, true);
  }

  /** One that delivers what it is given, and nothing before. */
  static ClickHouseSink openPlain(SinkContext context) {
    return open(context, false);
  }

  private static ClickHouseSink open(SinkContext context, boolean fills) {
    ClickHouseAddress address = ClickHouseAddress.of(context.system());
    ClickHouseClient client =
        new ClickHouseClient(address, "millrace " + context.project() + "/" + context.sink());
    boolean opened = false;
    try {
      ServerVersion.require(client, context);
      Deduplication deduplication = Deduplication.of(client, "prepare `" + context.table() + "`");
      ClickHousePositions positions = new ClickHousePositions(client, context, deduplication);
      positions.prepareTable();
      Held held = positions.read().orElse(null);
      ClickHouseTable table = new ClickHouseTable(client, context, deduplication);
      ClickHouseTarget target = table.prepare();
      if (held != null
          && held.epoch().equals(context.epoch())
          && held.position(context.epoch()).isPresent()
          && (table.wasMissing() || !held.tableId().equals(target.id()))) {
        throw lost(context, held);
      }
      ClickHouseSink sink =
          new ClickHouseSink(context, client, positions, deduplication, target, fills, held);
      if (held != null && held.emptying() && held.epoch().equals(context.epoch())) {
        // Whoever was emptying the table did not come to its end.
        sink.empty(held.adoption());
      }
      sink.fill();
      opened = true;
      return sink;
    } finally {
      if (!opened) {
        client.close();
      }
    }
  }

  /** A claimed chunk comes again as a whole, whatever the table has become since. */
  @Override
  public SinkPace pace() {
    long claimed = Optional.ofNullable(held).map(Held::pending).map(Claim::rows).orElse(0L);
    if (claimed > 0) {
      return new SinkPace((int) Math.max(claimed, LEAST_ROWS), Long.MAX_VALUE, BETWEEN);
    }
    long fit = MOST_VALUES / Math.max(1, context.schema().columns().size());
    return new SinkPace(
        (int) Math.max(Math.min(fit, MOST_ROWS), LEAST_ROWS), SinkPace.BYTES, BETWEEN);
  }

  /** Before the table is begun for the stream. */
  private void fill() {
    if (fills && held == null) {
      fill.run(false);
      begun();
    } else if (fills && context.epoch().equals(Objects.requireNonNull(held).epoch())) {
      fill.warnIfLate(client, deduplication);
    }
  }

  @Override
  public Optional<SinkPosition> position() {
    held = positions.read().orElse(null);
    return Optional.ofNullable(held).flatMap(h -> h.position(context.epoch()));
  }

  @Override
  public void deliver(Batch changes, long sequence) {
    Held before = begun();
    if (!before.epoch().equals(context.epoch())) {
      throw SinkError.unknownEpoch(context, before.epoch());
    }
    if (before.sequence().isPresent() && sequence <= before.done()) {
      // Sent again because its outcome was unknown: it had arrived.
      return;
    }
    if (context.mode() == WriteMode.APPEND) {
      SinkError.requireNoRetraction(changes, context);
      append(before, changes, sequence);
    } else {
      upsert(before, changes, sequence);
    }
  }

  /** What the target holds; begins a table that nobody has begun. */
  private Held begun() {
    Held known = held;
    if (known == null) {
      known =
          positions
              .adopt(0, target.id(), highestVersion())
              .orElseThrow(() -> moved("none", "unknown"));
      if (known.epoch().equals(context.epoch()) && known.position(context.epoch()).isPresent()) {
        throw moved("none", known.done());
      }
      held = known;
    }
    if (known.emptying()) {
      throw moved(known.done(), "to be emptied");
    }
    return known;
  }

  /** Of the rows that are there, which those of this sink are to replace. */
  private long highestVersion() {
    if (context.mode() == WriteMode.APPEND) {
      return 0;
    }
    String highest =
        client
            .rows(
                "SELECT toString(toUInt64(max(%s))) FROM %s"
                    .formatted(Sql.name(target.version()), target.table()),
                doing)
            .get(0)
            .get(0);
    long version = Long.parseUnsignedLong(highest);
    if (version < 0 || version > Long.MAX_VALUE / 2) {
      throw new StopException(
          Problem.error(
              ClickHouseError.SINK_TABLE_UNFIT,
              null,
              "sink `%s`: rows of `%s` have versions up to %s, and there are none beyond for new ones"
                  .formatted(context.sink(), context.table(), highest),
              "name another table, or empty this one"),
          null);
    }
    return version;
  }

  private void upsert(Held before, Batch changes, long sequence) {
    Optional<Held> now = positions.read();
    if (now.isEmpty()
        || now.get().adoption() != before.adoption()
        || now.get().done() != before.done()) {
      throw moved(before.done(), now.map(Held::done).orElse(0L));
    }
    int piece = 0;
    for (int[] numbers : target.pieces(context.schema(), changes, 0, changes.size())) {
      // What comes twice has the same version, and counts once.
      insert(changes, numbers, before, sequence, piece++, deduplication.none());
    }
    confirm(before, sequence);
  }

  private void append(Held before, Batch changes, long sequence) {
    Claim pending = before.pending();
    int done = 0;
    Held at = before;
    if (pending != null) {
      if (sequence < pending.upto() || changes.size() < pending.rows()) {
        throw changed(pending, changes.size(), sequence);
      }
      done = (int) pending.rows();
      // Where the table does not tell which chunk a row came in, the token alone decides.
      send(changes, 0, done, at, pending, target.isTracked());
      at = confirm(at, pending.upto());
    }
    if (sequence == at.done()) {
      return;
    }
    int left = changes.size() - done;
    if (left > 0) {
      Claim claim = positions.claim(at, sequence, left);
      if (claim == null || !positions.isOwn(claim) || claim.from() != at.done()) {
        throw moved(at.done(), claim == null ? "unknown" : "claimed up to " + claim.upto());
      }
      FaultPoint.pass("sink-after-claim");
      send(changes, done, changes.size(), at, claim, false);
    }
    confirm(at, sequence);
  }

  /**
   * Sends rows in pieces of one partition each.
   *
   * @param again true if they may be there already, and the table tells
   */
  private void send(Batch changes, int from, int to, Held at, Claim claim, boolean again) {
    int piece = 0;
    for (int[] numbers : target.pieces(context.schema(), changes, from, to)) {
      String token = "millrace/" + claim.id() + "/" + piece;
      if (!again || !isThere(numbers, at, claim, piece, false)) {
        insert(changes, numbers, at, claim.upto(), piece, tokenSettings(token));
      }
      // A server that was killed between noting a token and keeping the rows drops them for good.
      if (again && !target.expires() && !isThere(numbers, at, claim, piece, false)) {
        insert(
            changes,
            numbers,
            at,
            claim.upto(),
            piece,
            tokenSettings(token + "/again/" + positions.writer()));
        isThere(numbers, at, claim, piece, true);
      }
      piece++;
    }
  }

  private Map<String, String> tokenSettings(String token) {
    Map<String, String> settings = deduplication.by(token);
    settings.put("deduplicate_blocks_in_dependent_materialized_views", "1");
    return settings;
  }

  /**
   * Whether a piece is in the table.
   *
   * @param last true if nothing can be done any more if it is not
   */
  private boolean isThere(int[] numbers, Held at, Claim claim, int piece, boolean last) {
    List<String> row =
        client
            .rows(
                "SELECT toString(count()) FROM %s WHERE %s = %d AND %s = %d AND %s = %s"
                    .formatted(
                        target.table(),
                        Sql.name(HiddenColumn.SEQUENCE.name()),
                        claim.upto(),
                        Sql.name(HiddenColumn.PIECE.name()),
                        piece,
                        Sql.name(HiddenColumn.SINK.name()),
                        Long.toUnsignedString(at.filler())),
                doing)
            .get(0);
    long found = Long.parseLong(row.get(0));
    if (found == numbers.length || target.expires()) {
      return found == numbers.length;
    }
    if (found != 0 || last) {
      throw damaged(claim, found, numbers.length);
    }
    return false;
  }

  private void insert(
      Batch changes,
      int[] numbers,
      Held at,
      long sequence,
      int piece,
      Map<String, String> settings) {
    NativeBuffer block = rows.block(changes, numbers, at, sequence, piece);
    Map<String, String> all = new HashMap<>(settings);
    if (target.partition().isEmpty()) {
      // Its rows are of any number of partitions.
      all.put("max_partitions_per_insert_block", "0");
    }
    // A null that the column cannot hold is an error, not a zero.
    all.put("input_format_null_as_default", "0");
    client.insert(target.table(), target.insertColumns(), block, all, doing);
  }

  private Held confirm(Held before, long sequence) {
    FaultPoint.pass("sink-before-commit");
    positions.deliver(before, sequence);
    FaultPoint.pass("sink-after-commit");
    Held after = before.delivered(sequence);
    held = after;
    return after;
  }

  @Override
  public void adopt() {
    long adoption = positions.read().map(h -> h.adoption() + 1).orElse(0L);
    positions.empty(adoption, target.id());
    empty(adoption);
  }

  private void empty(long adoption) {
    client.execute(
        "TRUNCATE TABLE " + target.table(),
        "empty `" + context.table() + "`",
        Map.of("max_table_size_to_drop", "0"));
    if (fills) {
      fill.run(true);
    }
    held =
        positions
            .adopt(adoption, target.id(), highestVersion())
            .orElseThrow(() -> moved("to be emptied", "unknown"));
  }

  @Override
  public void close() {
    client.close();
  }

  // Going on with an empty table would leave out what was delivered to the one that is gone.
  private static StopException lost(SinkContext context, Held held) {
    return new StopException(
        Problem.error(
            ClickHouseError.SINK_TABLE_LOST,
            null,
            "table `%s` of sink `%s` is not the one any more that was delivered up to change %d"
                .formatted(context.table(), context.sink(), held.done()),
            "restore it, or run with `--fresh --replace-sinks` to have everything delivered again"),
        null);
  }

  private RetryException moved(Object before, Object now) {
    return new RetryException(
        Problem.error(
            ClickHouseError.SINK_POSITION_MOVED,
            null,
            "another process delivers to sink `%s`: its position was %s and is %s"
                .formatted(context.sink(), before, Objects.toString(now)),
            "run the project once only"),
        null);
  }

  private StopException changed(Claim pending, int size, long sequence) {
    return new StopException(
        Problem.error(
            ClickHouseError.SINK_CHUNK_CHANGED,
            null,
            "sink `%s` was sending %d rows up to change %d, and is now given %d rows up to change %d"
                .formatted(context.sink(), pending.rows(), pending.upto(), size, sequence),
            AGAIN),
        null);
  }

  private StopException damaged(Claim claim, long found, int rows) {
    return new StopException(
        Problem.error(
            ClickHouseError.SINK_CHUNK_CHANGED,
            null,
            "sink `%s` was sending %d rows up to change %d, and `%s` has %d of them"
                .formatted(context.sink(), rows, claim.upto(), context.table(), found),
            AGAIN),
        null);
  }
}
