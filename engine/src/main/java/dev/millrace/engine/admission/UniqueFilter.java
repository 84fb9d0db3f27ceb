package dev.millrace.engine.admission;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Instants;
import dev.millrace.engine.store.KeptTable;
import dev.millrace.engine.store.KeyIndex;
import dev.millrace.engine.store.KeyLookup;
import dev.millrace.engine.store.RowNumbers;
import dev.millrace.engine.store.StoreReader;
import dev.millrace.engine.store.Wire;
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
 * Finds rows whose key was admitted before. The keys of admitted rows are in the source's {@link
 * History} for as long as a repeat could still be admitted; its index tells for nearly every row at
 * once that the key is new. Only the others are compared by key. For one thread.
 */
final class UniqueFilter {
  private final Unique unique;
  private final String timeColumn;
  private final KeptTable table;
  private final KeyLookup lookup;
  private final StoreReader reader;
  private final KeyIndex.Candidates found = new KeyIndex.Candidates();

  /** A row whose key's hash is known already, with the ids of earlier rows that have the hash. */
  private record Suspect(int ordinal, long[] candidates, boolean heavy) {}

  private record Seen(String key, long micros) {}

  /** A filter over a stream whose keys and times are in {@code table}. */
  UniqueFilter(Unique unique, String timeColumn, KeptTable table, StoreReader reader) {
    this.unique = unique;
    this.timeColumn = Identifier.quote(timeColumn);
    this.table = table;
    this.lookup = table.lookup(List.of(unique.key()));
    this.reader = reader;
  }

  /**
   * Finds the repeats among the rows that are not excluded yet, excludes them and indexes the keys
   * of the others, which the caller then appends to the table. Entries of a batch that is rolled
   * back stay in the index, where they lead to rows that are not there, or to this batch's.
   *
   * @param firstId the id of ordinal 0
   * @param excluded the ordinals that are not admitted; repeats are added
   */
  void filter(Scan scan, long firstId, BitSet excluded, List<Refusal> refusals)
      throws SQLException {
    KeyIndex index = index();
    List<Suspect> suspects = new ArrayList<>();
    int size = scan.size();
    for (int ordinal = excluded.nextClearBit(0);
        ordinal < size;
        ordinal = excluded.nextClearBit(ordinal + 1)) {
      long hash = scan.hash(ordinal);
      if (hash == Scan.NONE) {
        continue;
      }
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
        suspects.add(new Suspect(ordinal, Arrays.copyOf(found.ids, earlier), !light));
      }
    }
    if (!suspects.isEmpty()) {
      judge(index, suspects, scan, firstId, excluded, refusals);
    }
  }

  /** The rows whose keys {@link #filter} has indexed count as rows of the table. */
  void appended() {
    lookup.caughtUp();
  }

  private KeyIndex index() {
    KeyIndex index = lookup.index();
    if (index == null) {
      throw new IllegalStateException("the index of " + table.name() + " is not prepared");
    }
    return index;
  }

  /** Compares suspects, in order, with the rows that their hash led to. */
  private void judge(
      KeyIndex index,
      List<Suspect> suspects,
      Scan scan,
      long firstId,
      BitSet excluded,
      List<Refusal> refusals)
      throws SQLException {
    Map<Long, Seen> stored = storedRows(suspects, firstId);
    Map<String, List<Seen>> heavy = heavyRows(suspects, scan);
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
              !excluded.get(other)
                  && scan.hash(other) != Scan.NONE
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
  private Map<Long, Seen> storedRows(List<Suspect> suspects, long firstId) throws SQLException {
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
              reader.query(
                  select() + " JOIN " + numbers + " i ON u." + table.number() + " = i.c0",
                  List.of(Wire.Kind.LONG, Wire.Kind.TEXT, Wire.Kind.LONG),
                  (block, i) ->
                      rows.put(
                          block.number(0, i),
                          new Seen(String.valueOf(block.text(1, i)), block.number(2, i)))));
    }
    return rows;
  }

  /** All stored rows of keys that repeat too often to be indexed. */
  private Map<String, List<Seen>> heavyRows(List<Suspect> suspects, Scan scan) throws SQLException {
    List<String> keys =
        suspects.stream().filter(Suspect::heavy).map(s -> scan.key(s.ordinal)).distinct().toList();
    Map<String, List<Seen>> rows = new HashMap<>();
    if (!keys.isEmpty()) {
      reader.query(
          select()
              + " WHERE "
              + key()
              + " IN ("
              + keys.stream().map(Identifier::literal).collect(Collectors.joining(","))
              + ")",
          List.of(Wire.Kind.LONG, Wire.Kind.TEXT, Wire.Kind.LONG),
          (block, i) -> {
            String key = String.valueOf(block.text(1, i));
            rows.computeIfAbsent(key, k -> new ArrayList<>())
                .add(new Seen(key, block.number(2, i)));
          });
    }
    return rows;
  }

  private String key() {
    return "u." + Identifier.quote(unique.key()) + "::VARCHAR";
  }

  private String select() {
    return "SELECT u."
        + table.number()
        + ", "
        + key()
        + ", epoch_us(u."
        + timeColumn
        + ") FROM "
        + table.name()
        + " u";
  }

  /** Before when a row can repeat no admissible one; unknown while the watermark is. */
  long bound(long watermark) {
    return watermark == Instants.UNKNOWN || watermark == Instants.INFINITE
        ? watermark
        : watermark - unique.within().toNanos() / 1000;
  }
}
