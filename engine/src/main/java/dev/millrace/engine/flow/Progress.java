package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Refusal;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.engine.store.Transaction;
import dev.millrace.log.Position;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How far a flow has come: positions, watermarks, counts and the next row id, written in the
 * batch's transaction and read back at the start. For the flow's thread; {@link Counts} may be read
 * by any.
 */
public final class Progress {
  /** The progress of flows. */
  static final String BATCHES = "progress.batches";

  /** The progress of fills. */
  static final String FILLS = "progress.fills";

  private static final int TRIM_EVERY = 2_000;

  private final String flow;
  private final String table;
  private final List<Admission> sources;
  private final Checkpoints checkpoints = new Checkpoints();
  private final Map<String, Counts> counts = new HashMap<>();
  private final Map<String, Position> positions = new HashMap<>();
  private long nextId;
  private volatile long batches;

  /** What a source has admitted and refused since the store was made. */
  public static final class Counts {
    volatile long rows;
    volatile long late;
    volatile long rejected;
    volatile long duplicates;
    volatile long ignored;

    /** Admitted. */
    public long rows() {
      return rows;
    }

    /** Older than the watermark. */
    public long late() {
      return late;
    }

    /** Not decoded, or against a rule. */
    public long rejected() {
      return rejected;
    }

    /** Repeats. */
    public long duplicates() {
      return duplicates;
    }

    /** Changes that did nothing: deletes of rows that were not there, and outdated ones. */
    public long ignored() {
      return ignored;
    }

    Counts plus(Admission.Outcome outcome, long ignoredByRows) {
      Counts sum = new Counts();
      sum.rows = rows + outcome.rows();
      sum.late = late + outcome.count(Refusal.Kind.LATE);
      sum.rejected = rejected + outcome.count(Refusal.Kind.REJECTED);
      sum.duplicates = duplicates + outcome.count(Refusal.Kind.DUPLICATE);
      sum.ignored = ignored + outcome.ignored() + ignoredByRows;
      return sum;
    }
  }

  /**
   * The progress of a flow, in {@link #BATCHES}, or of a fill of its streams, in {@link #FILLS}.
   */
  Progress(String flow, String table, List<Admission> sources) {
    this.flow = flow;
    this.table = table;
    this.sources = sources;
    sources.forEach(s -> counts.put(s.stream().qualifiedName(), new Counts()));
  }

  /** The id of the next row. */
  long nextId() {
    return nextId;
  }

  long batches() {
    return batches;
  }

  Counts counts(String source) {
    Counts found = counts.get(source);
    if (found == null) {
      throw new IllegalStateException("no source " + source);
    }
    return found;
  }

  /** Where to go on reading; partitions that were never read are missing. */
  List<Position> positions() {
    return List.copyOf(positions.values());
  }

  /** Reads everything from the flow's newest row. */
  void load(Transaction transaction) throws SQLException {
    String last =
        "(SELECT * FROM "
            + table
            + " WHERE flow = "
            + Identifier.literal(flow)
            + " ORDER BY number DESC LIMIT 1)";
    nextId = Math.max(1, transaction.number("SELECT next_id FROM " + last));
    batches = transaction.number("SELECT number FROM " + last);
    positions.clear();
    Map<String, Admission> byName = new HashMap<>();
    sources.forEach(s -> byName.put(s.stream().qualifiedName(), s));
    sources.forEach(s -> s.watermarks().reset());
    transaction.query(
        "SELECT p.source, p.topic, p.topic_id, p.\"partition\", p.next_offset, p.newest_event_time, p.idle"
            + " FROM (SELECT unnest(partitions) AS p FROM "
            + last
            + ")",
        row -> {
          Position position =
              new Position(row.getString(2), row.getString(3), row.getInt(4), row.getLong(5));
          Admission source = byName.get(row.getString(1));
          if (source != null) {
            positions.put(position.place(), position);
            long newest = row.getLong(6);
            boolean none = row.wasNull();
            source
                .watermarks()
                .restore(row.getInt(4), none ? Watermarks.UNKNOWN : newest, row.getBoolean(7));
          }
        });
    transaction.query(
        "SELECT s.source, s.watermark, s.ended, s.\"rows\", s.late, s.rejected, s.duplicates, s.ignored"
            + " FROM (SELECT unnest(sources) AS s FROM "
            + last
            + ")",
        row -> {
          Admission source = byName.get(row.getString(1));
          if (source != null) {
            long micros = row.getLong(2);
            // Stores have had a watermark of change data, which has none until it ends.
            boolean unknown = row.wasNull() || source.stream().format().isChanges();
            source
                .watermarks()
                .restore(
                    row.getBoolean(3) ? Watermarks.ENDED : unknown ? Watermarks.UNKNOWN : micros);
            Counts c = counts(row.getString(1));
            c.rows = row.getLong(4);
            c.late = row.getLong(5);
            c.rejected = row.getLong(6);
            c.duplicates = row.getLong(7);
            c.ignored = row.getLong(8);
          }
        });
    sources.forEach(Admission::loaded);
  }

  /** All that was read is forgotten; ids and numbers of batches are not given again. */
  void clear(Transaction transaction) throws SQLException {
    transaction.execute("DELETE FROM progress.batches WHERE flow = " + Identifier.literal(flow));
    positions.clear();
    counts.replaceAll((name, known) -> new Counts());
    sources.forEach(s -> s.watermarks().reset());
    sources.forEach(Admission::loaded);
  }

  /** What a batch changes; applied to memory only when it is committed. */
  record Advance(long nextId, List<Position> positions, Map<String, Counts> counts) {}

  /**
   * Writes how far a batch comes, as one row: the newest row of a flow is the truth, and one
   * insertion costs a tenth of what updating a table for each kind of figure does. Rows of the last
   * hour tell how batches went.
   */
  Advance write(
      Transaction transaction,
      Admitted admitted,
      List<Position> readTo,
      List<StreamRun> streams,
      BatchFigures figures)
      throws SQLException {
    Map<String, Counts> after = new HashMap<>();
    counts.forEach(
        (name, before) -> {
          Admission.Outcome outcome = admitted.outcomes().get(name);
          after.put(
              name, outcome == null ? before : before.plus(outcome, admitted.plan().ignored(name)));
        });
    Map<String, Position> allPositions = new TreeMap<>(positions);
    readTo.forEach(p -> allPositions.put(p.place(), p));
    ProgressJson json = new ProgressJson(sources, after);
    transaction.executePrepared(
        ProgressJson.insert(table),
        Stream.of(
                flow,
                batches + 1,
                admitted.nextId(),
                admitted.nowMicros(),
                figures.records(),
                figures.rows(),
                figures.changes(),
                figures.decodeNanos() / 1e6,
                figures.applyNanos() / 1e6,
                json.partitions(allPositions.values()),
                json.sources(),
                json.streams(streams))
            .map(Optional::of)
            .toList());
    if (table.equals(BATCHES)) {
      // A partition that was added to its topic is read from its first record.
      readTo.stream()
          .filter(p -> !positions.containsKey(p.place()))
          .forEach(p -> checkpoints.begins(p.at(0)));
      checkpoints.batch(transaction, flow, batches + 1, figures.records());
    }
    if (isTrimmed()) {
      transaction.execute(
          "DELETE FROM "
              + table
              + " WHERE flow = "
              + Identifier.literal(flow)
              + " AND number < "
              + batches
              + " AND committed_at < now() - INTERVAL 1 HOUR");
      SystemTables.trim(transaction);
    }
    return new Advance(admitted.nextId(), readTo, after);
  }

  /** True in a batch with which what is old is forgotten. */
  boolean isTrimmed() {
    return batches % TRIM_EVERY == TRIM_EVERY - 1;
  }

  /** These partitions are read; those of which nothing was read yet begin here. */
  void expect(List<Position> partitions) {
    partitions.stream().filter(p -> !positions.containsKey(p.place())).forEach(checkpoints::begins);
  }

  /** The batch was committed. */
  void committed(Advance advance) {
    checkpoints.committed();
    nextId = advance.nextId;
    batches++;
    advance.positions.forEach(p -> positions.put(p.place(), p));
    advance.counts.forEach(
        (name, sum) -> {
          Counts c = counts(name);
          c.rows = sum.rows;
          c.late = sum.late;
          c.rejected = sum.rejected;
          c.duplicates = sum.duplicates;
          c.ignored = sum.ignored;
        });
  }
}
