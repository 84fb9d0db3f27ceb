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
import java.util.stream.Collectors;

/**
 * Finds rows whose key was admitted before. The keys of admitted rows are in a state table for as
 * long as a repeat could still be admitted; an index from the key's hash to the row's id tells for
 * nearly every row at once that its key is new. Only the others are compared by key. For one
 * thread.
 */
final class UniqueFilter {
  private static final int HEAVY_KEY = 64;
  private static final long FORGET_EVERY_ROWS = 200_000;
  private static final long FORGET_EVERY_NANOS = 2_000_000_000L;

  private final String table;
  private final Unique unique;
  private final KeyIndex.Candidates found = new KeyIndex.Candidates();
  private KeyIndex index = new KeyIndex(1, 0, HEAVY_KEY);
  private long appendedSinceForget;
  private long forgottenAt;
  private long floorAfterCommit;
  private int sweepAfterCommit;

  /** A row whose key's hash is known already, with the ids of earlier rows that have the hash. */
  private record Suspect(int ordinal, long[] candidates, boolean heavy) {}

  private record Seen(String key, long micros) {}

  /**
   * A filter over one stream of a source; {@code name} is its state table, in schema {@code state}.
   */
  UniqueFilter(String name, Unique unique) {
    this.table = "state." + Identifier.quote(name);
    this.unique = unique;
  }

  /** Makes the table if it is missing and loads the index. */
  void create(Transaction transaction, Column key) throws SQLException {
    transaction.execute("CREATE SCHEMA IF NOT EXISTS state");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS "
            + table
            + " (key "
            + key.type()
            + ", event_time TIMESTAMPTZ, _id BIGINT)");
    long rows = transaction.number("SELECT count(*) FROM " + table);
    long first = Math.max(1, transaction.number("SELECT min(_id) FROM " + table));
    KeyIndex fresh = new KeyIndex(first, rows, HEAVY_KEY);
    transaction.query(
        "SELECT key::VARCHAR, _id FROM " + table + " WHERE key IS NOT NULL",
        row -> fresh.add(KeyHash.of(row.getString(1)), row.getLong(2)));
    index = fresh;
    sweepAfterCommit = 0;
  }

  /**
   * Finds the repeats among the rows that are not excluded yet, excludes them and indexes the keys
   * of the others. Entries of a batch that is rolled back stay in the index, where they lead to
   * rows that are not there, or to this batch's.
   *
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
      long id = firstId + ordinal;
      found.clear();
      boolean light = index.find(scan.hash(ordinal), found);
      int earlier = 0;
      for (int c = 0; c < found.size; c++) {
        if (found.ids[c] < id) {
          found.ids[earlier++] = found.ids[c];
        }
      }
      if (light && earlier == 0) {
        index.add(scan.hash(ordinal), id);
      } else {
        suspects.add(new Suspect(ordinal, Arrays.copyOf(found.ids, earlier), !light));
      }
    }
    if (!suspects.isEmpty()) {
      judge(transaction, suspects, scan, firstId, excluded, refusals);
    }
  }

  /** Compares suspects, in order, with the rows that their hash led to. */
  private void judge(
      Transaction transaction,
      List<Suspect> suspects,
      Scan scan,
      long firstId,
      BitSet excluded,
      List<Refusal> refusals)
      throws SQLException {
    Map<Long, Seen> stored = storedRows(transaction, suspects, firstId);
    Map<String, List<Seen>> heavy = heavyRows(transaction, suspects, scan);
    Map<String, List<Seen>> admitted = new HashMap<>();
    long within = unique.within().toNanos() / 1000;
    for (Suspect suspect : suspects) {
      Seen own = new Seen(scan.key(suspect.ordinal), scan.time(suspect.ordinal));
      boolean repeat =
          isNear(own, admitted.getOrDefault(own.key, List.of()), within)
              || isNear(own, heavy.getOrDefault(own.key, List.of()), within);
      for (int c = 0; c < suspect.candidates.length && !repeat; c++) {
        long candidate = suspect.candidates[c];
        if (candidate < firstId) {
          Seen other = stored.get(candidate);
          repeat = other != null && isNear(own, List.of(other), within);
        } else {
          int other = (int) (candidate - firstId);
          repeat =
              scan.isDecoded(other)
                  && !excluded.get(other)
                  && scan.hasHash(other)
                  && isNear(own, List.of(new Seen(scan.key(other), scan.time(other))), within);
        }
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
        index.add(scan.hash(suspect.ordinal), firstId + suspect.ordinal);
        admitted.computeIfAbsent(own.key, k -> new ArrayList<>()).add(own);
      }
    }
  }

  private static boolean isNear(Seen own, List<Seen> others, long within) {
    return others.stream()
        .anyMatch(o -> o.key.equals(own.key) && Math.abs(o.micros - own.micros) <= within);
  }

  /** Keys and times of the stored rows that suspects may repeat, by id. */
  private Map<Long, Seen> storedRows(Transaction transaction, List<Suspect> suspects, long firstId)
      throws SQLException {
    long[] ids =
        suspects.stream()
            .flatMapToLong(s -> Arrays.stream(s.candidates))
            .filter(c -> c < firstId)
            .distinct()
            .sorted()
            .toArray();
    Map<Long, Seen> rows = new HashMap<>();
    if (ids.length > 0) {
      RowNumbers.with(
          ids,
          ids.length,
          numbers ->
              transaction.query(
                  "SELECT u._id, u.key::VARCHAR, epoch_us(u.event_time) FROM "
                      + table
                      + " u JOIN "
                      + numbers
                      + " i ON u._id = i.n",
                  row -> rows.put(row.getLong(1), new Seen(row.getString(2), row.getLong(3)))));
    }
    return rows;
  }

  /** All stored rows of keys that repeat too often to be indexed. */
  private Map<String, List<Seen>> heavyRows(
      Transaction transaction, List<Suspect> suspects, Scan scan) throws SQLException {
    List<String> keys =
        suspects.stream().filter(Suspect::heavy).map(s -> scan.key(s.ordinal)).distinct().toList();
    Map<String, List<Seen>> rows = new HashMap<>();
    if (!keys.isEmpty()) {
      transaction.query(
          "SELECT key::VARCHAR, epoch_us(event_time) FROM "
              + table
              + " WHERE key::VARCHAR IN ("
              + keys.stream().map(Identifier::literal).collect(Collectors.joining(","))
              + ")",
          row ->
              rows.computeIfAbsent(row.getString(1), k -> new ArrayList<>())
                  .add(new Seen(row.getString(1), row.getLong(2))));
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
        appendedSinceForget > FORGET_EVERY_ROWS
            || (appendedSinceForget > 0 && nowNanos - forgottenAt > FORGET_EVERY_NANOS);
    if (!due || watermark == Watermarks.UNKNOWN) {
      return;
    }
    String before =
        Watermarks.sql(watermark) + " - to_microseconds(" + unique.within().toNanos() / 1000 + ")";
    long deleted = transaction.update("DELETE FROM " + table + " WHERE event_time < " + before);
    appendedSinceForget = 0;
    forgottenAt = nowNanos;
    if (deleted > 0) {
      floorAfterCommit = transaction.number("SELECT min(_id) FROM " + table);
      sweepAfterCommit = (int) Math.min(10_000_000, 4 * deleted);
    }
  }

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
