package dev.millrace.engine.admission;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.KeyIndex;
import dev.millrace.engine.store.RowNumbers;
import dev.millrace.engine.store.Transaction;
import dev.millrace.project.StreamSpec.Unique;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Finds rows whose key was admitted before. The keys of admitted rows are in a state table for as
 * long as a repeat could still be admitted; an index from the key's hash to the row's id tells for
 * nearly every row at once that its key is new. Only the others are compared by key. For one
 * thread.
 */
final class UniqueFilter {
  private static final int HEAVY_KEY = 64;

  private final String table;
  private final String decoded;
  private final Unique unique;
  private final String key;
  private final String eventTime;
  private final KeyIndex.Candidates found = new KeyIndex.Candidates();
  private KeyIndex index = new KeyIndex(1, 0, HEAVY_KEY);
  private long appendedSinceForget;
  private long forgottenAt;

  /** A row whose key's hash is known already. */
  private record Suspect(int ordinal, long hash, long[] candidates, boolean heavy) {}

  private record Seen(String key, long micros) {}

  /**
   * A filter over one stream of a source.
   *
   * @param name of the state table, in schema {@code state}
   * @param decoded the temporary table (o, r) of a batch
   */
  UniqueFilter(String name, String decoded, Unique unique, String eventTime) {
    this.table = "state." + Identifier.quote(name);
    this.decoded = decoded;
    this.unique = unique;
    this.key = "r." + Identifier.quote(unique.key());
    this.eventTime = "r." + Identifier.quote(eventTime);
  }

  /**
   * The expression of a row's hash over the decoded table; NULL for a row without a key, which is
   * never a repeat.
   */
  String hash() {
    return "CASE WHEN " + key + " IS NOT NULL THEN (hash(" + key + ") >> 1)::BIGINT END";
  }

  void create(Transaction transaction, Column keyColumn) throws SQLException {
    transaction.execute("CREATE SCHEMA IF NOT EXISTS state");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS "
            + table
            + " (key "
            + keyColumn.type()
            + ", at TIMESTAMPTZ, _id BIGINT)");
    load(transaction);
  }

  /** Rebuilds the index from the table. */
  void load(Transaction transaction) throws SQLException {
    long rows = transaction.number("SELECT count(*) FROM " + table);
    long first = Math.max(1, transaction.number("SELECT _id FROM " + table + " LIMIT 1"));
    KeyIndex fresh = new KeyIndex(first, rows, HEAVY_KEY);
    transaction.query(
        "SELECT (hash(key) >> 1)::BIGINT, _id FROM " + table + " WHERE key IS NOT NULL",
        row -> fresh.add(row.getLong(1), row.getLong(2)));
    index = fresh;
  }

  /**
   * Finds the repeats among the rows that are not excluded yet, excludes them and remembers the
   * keys of the others.
   *
   * @param scan the batch, with hashes
   * @param firstId the id of ordinal 0
   * @param excluded the ordinals that are not admitted; repeats are added
   */
  void filter(
      Transaction transaction, Scan scan, long firstId, BitSet excluded, List<Refusal> refusals)
      throws SQLException {
    List<Suspect> suspects = new ArrayList<>();
    for (int ordinal = 0; ordinal < scan.size(); ordinal++) {
      if (!scan.isDecoded(ordinal) || excluded.get(ordinal) || !scan.hasHash(ordinal)) {
        continue;
      }
      long hash = scan.hash(ordinal);
      long id = firstId + ordinal;
      found.clear();
      boolean light = index.find(hash, found);
      int earlier = 0;
      for (int c = 0; c < found.size; c++) {
        if (found.ids[c] < id) {
          found.ids[earlier++] = found.ids[c];
        }
      }
      if (light && earlier == 0) {
        index.add(hash, id);
      } else {
        suspects.add(new Suspect(ordinal, hash, Arrays.copyOf(found.ids, earlier), !light));
      }
    }
    if (!suspects.isEmpty()) {
      judge(transaction, suspects, firstId, excluded, refusals);
    }
  }

  /** Compares suspects, in order, with the rows that their hash led to. */
  private void judge(
      Transaction transaction,
      List<Suspect> suspects,
      long firstId,
      BitSet excluded,
      List<Refusal> refusals)
      throws SQLException {
    Map<Long, Seen> rows = candidateRows(transaction, suspects, firstId);
    Map<String, List<Seen>> heavy = heavyRows(transaction, suspects);
    Map<String, List<Seen>> admittedSuspects = new HashMap<>();
    long within = unique.within().toNanos() / 1000;
    for (Suspect suspect : suspects) {
      Seen own = rows.get(firstId + suspect.ordinal);
      if (own == null) {
        continue;
      }
      boolean repeat =
          isNear(own, admittedSuspects.getOrDefault(own.key, List.of()), within)
              || isNear(own, heavy.getOrDefault(own.key, List.of()), within);
      for (int c = 0; c < suspect.candidates.length && !repeat; c++) {
        long candidate = suspect.candidates[c];
        Seen other = rows.get(candidate);
        boolean admitted = candidate < firstId || !excluded.get((int) (candidate - firstId));
        repeat = admitted && other != null && isNear(own, List.of(other), within);
      }
      if (repeat) {
        excluded.set(suspect.ordinal);
        refusals.add(
            new Refusal(
                suspect.ordinal,
                Refusal.Kind.DUPLICATE,
                "`" + unique.key() + "` " + own.key + " was admitted before",
                own.micros));
      } else {
        index.add(suspect.hash, firstId + suspect.ordinal);
        admittedSuspects.computeIfAbsent(own.key, k -> new ArrayList<>()).add(own);
      }
    }
  }

  private static boolean isNear(Seen own, List<Seen> others, long within) {
    return others.stream()
        .anyMatch(o -> o.key.equals(own.key) && Math.abs(o.micros - own.micros) <= within);
  }

  /** Keys and times of the suspects and of the rows that they may repeat, by id. */
  private Map<Long, Seen> candidateRows(
      Transaction transaction, List<Suspect> suspects, long firstId) throws SQLException {
    long[] stored =
        suspects.stream()
            .flatMapToLong(s -> Arrays.stream(s.candidates))
            .filter(c -> c < firstId)
            .distinct()
            .toArray();
    long[] inBatch =
        suspects.stream()
            .flatMapToLong(
                s ->
                    LongStream.concat(
                        LongStream.of(firstId + s.ordinal), Arrays.stream(s.candidates)))
            .filter(c -> c >= firstId)
            .map(c -> c - firstId)
            .distinct()
            .toArray();
    Map<Long, Seen> rows = new HashMap<>();
    if (stored.length > 0) {
      Arrays.sort(stored);
      RowNumbers.with(
          stored,
          stored.length,
          numbers ->
              transaction.query(
                  "SELECT _id, key::VARCHAR, epoch_us(at) FROM "
                      + table
                      + " WHERE _id IN (SELECT n FROM "
                      + numbers
                      + ")",
                  row -> rows.put(row.getLong(1), new Seen(row.getString(2), row.getLong(3)))));
    }
    RowNumbers.with(
        inBatch,
        inBatch.length,
        numbers ->
            transaction.query(
                "SELECT o, "
                    + key
                    + "::VARCHAR, epoch_us("
                    + eventTime
                    + ") FROM "
                    + decoded
                    + " WHERE r IS NOT NULL AND o IN (SELECT n FROM "
                    + numbers
                    + ")",
                row ->
                    rows.put(
                        firstId + row.getLong(1), new Seen(row.getString(2), row.getLong(3)))));
    return rows;
  }

  /** All stored rows of keys that repeat too often to be indexed. */
  private Map<String, List<Seen>> heavyRows(Transaction transaction, List<Suspect> suspects)
      throws SQLException {
    long[] heavy = suspects.stream().filter(Suspect::heavy).mapToLong(Suspect::ordinal).toArray();
    Map<String, List<Seen>> rows = new HashMap<>();
    if (heavy.length > 0) {
      RowNumbers.with(
          heavy,
          heavy.length,
          numbers ->
              transaction.query(
                  "SELECT key::VARCHAR, epoch_us(at) FROM "
                      + table
                      + " WHERE key IN (SELECT "
                      + key
                      + " FROM "
                      + decoded
                      + " WHERE o IN (SELECT n FROM "
                      + numbers
                      + "))",
                  row ->
                      rows.computeIfAbsent(row.getString(1), k -> new ArrayList<>())
                          .add(new Seen(row.getString(1), row.getLong(2)))));
    }
    return rows;
  }

  /** Remembers the keys of the admitted rows. */
  void remember(Transaction transaction, String delta, String eventTimeColumn) throws SQLException {
    appendedSinceForget +=
        transaction.update(
            "INSERT INTO "
                + table
                + " SELECT "
                + Identifier.quote(unique.key())
                + ", "
                + Identifier.quote(eventTimeColumn)
                + ", _id FROM "
                + delta);
  }

  /** Forgets keys that no admissible row can repeat, now and then. */
  void forget(Transaction transaction, long watermark, long nowNanos) throws SQLException {
    boolean due =
        appendedSinceForget > 200_000
            || (appendedSinceForget > 0 && nowNanos - forgottenAt > 2_000_000_000L);
    if (!due || watermark == Watermarks.UNKNOWN) {
      return;
    }
    String before =
        Watermarks.sql(watermark) + " - to_microseconds(" + unique.within().toNanos() / 1000 + ")";
    long deleted = transaction.update("DELETE FROM " + table + " WHERE at < " + before);
    appendedSinceForget = 0;
    forgottenAt = nowNanos;
    if (deleted > 0) {
      long first = transaction.number("SELECT _id FROM " + table + " LIMIT 1");
      floorAfterCommit = first;
      sweepAfterCommit = (int) Math.min(10_000_000, 4 * deleted);
    }
  }

  private long floorAfterCommit;
  private int sweepAfterCommit;

  /** The transaction was committed: index entries of forgotten rows may go. */
  void committed() {
    if (sweepAfterCommit > 0) {
      if (floorAfterCommit > 0) {
        index.expireBelow(floorAfterCommit);
      }
      index.sweep(sweepAfterCommit);
      sweepAfterCommit = 0;
    }
  }

  /** The transaction was rolled back; stale index entries do no harm. */
  void rolledBack() {
    sweepAfterCommit = 0;
  }
}
