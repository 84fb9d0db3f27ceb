package dev.millrace.engine.store;

import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds the rows of a state table that may carry a key: a map from the 64-bit hash of the key to
 * row ids, all in memory, outside of the heap.
 *
 * <p>It is derived data. The store stays the only truth: the index is rebuilt from {@code SELECT
 * hash, _id} at start, and again after a rolled-back batch that it had already seen. It may name a
 * row whose key differs (two keys, one hash), so the reader compares the key itself; it never
 * misses a live row, except of a key that {@link #isHeavy} names.
 *
 * <p>One entry is one long: 32 bits of hash over 32 bits of row id relative to {@link #base}. Eight
 * more bits of the hash choose the shard, so 40 bits tell keys apart: at 50 million rows one probe
 * in 20,000 meets a stranger. The home slot is the stored hash scaled to the shard's length. It
 * follows from the entry alone, therefore growing needs no rescan of the store, entries can be
 * removed without tombstones, any length will do, and a shard that grows copies a 256th of the
 * whole.
 *
 * <p>Ids are given in ascending order and expire in ascending order: {@link #expireBelow} only
 * moves a floor. Entries under the floor are invisible at once, their slots are reclaimed by {@link
 * #sweep}, a little with every batch.
 *
 * <p>A key that repeats more than {@code heavyLimit} times among live rows is given up: linear
 * probing would go quadratic, and an index is of no use for it. Its rows are to be found by a scan.
 *
 * <p>Not thread safe; one flow owns it, and closes it.
 */
public final class KeyIndex implements AutoCloseable {
  private static final int SHARD_BITS = 8;
  private static final int SHARDS = 1 << SHARD_BITS;
  private static final int FIRST_LENGTH = 16;
  private static final double FULL = 0.80;
  private static final double AFTER_GROWTH = 0.60;

  /** The longest that is one piece of memory. */
  private static final int MAX_LENGTH = 1 << 27;

  private static final long ID_MASK = 0xFFFF_FFFFL;

  /** Of an index that is closed: empty, and not to be written. */
  private static final IndexMemory.Slots CLOSED =
      new IndexMemory.Slots(LongBuffer.allocate(FIRST_LENGTH).asReadOnlyBuffer(), null);

  private final IndexMemory memory;
  private final IndexMemory.Slots[] shards = new IndexMemory.Slots[SHARDS];
  private final int[] used = new int[SHARDS];
  private final int heavyLimit;

  /**
   * Hashes given up, and the newest row id of each: once that id has expired, the key is an
   * ordinary one again.
   */
  private final Map<Long, Long> heavy = new HashMap<>();

  private long base;
  private long floor;
  private long newest = Long.MIN_VALUE;
  private int sweepShard;
  private int sweepSlot;

  /** Candidate row ids of one lookup, in the order of the probes; reused from batch to batch. */
  public static final class Candidates {
    public long[] ids = new long[4096];
    public int size;

    public void clear() {
      size = 0;
    }

    void add(long id) {
      if (size == ids.length) {
        ids = Arrays.copyOf(ids, size * 2);
      }
      ids[size++] = id;
    }
  }

  /**
   * @param firstId the smallest id that is live (or the next to be given, if there is none)
   * @param expected the number of rows about to be loaded, 0 if unknown; saves growing during a
   *     rebuild
   * @param heavyLimit how many live rows of one key are indexed before it is given up; 64 to 1024
   *     is sensible
   */
  KeyIndex(IndexMemory memory, long firstId, long expected, int heavyLimit) {
    this.memory = memory;
    this.base = firstId - 1; // relative id 0 means an empty slot
    this.floor = firstId;
    this.heavyLimit = heavyLimit;
    long perShard = (long) (expected / AFTER_GROWTH / SHARDS);
    // hashes spread evenly: four standard deviations of room, so that no shard grows during the
    // load
    int length =
        (int)
            Math.min(MAX_LENGTH, Math.max(FIRST_LENGTH, perShard + 4 * (long) Math.sqrt(perShard)));
    for (int i = 0; i < SHARDS; i++) {
      shards[i] = memory.allocate(length);
    }
  }

  /** What an index of so many rows takes, about, in bytes. */
  static long bytesOf(long rows) {
    return (long) (rows / AFTER_GROWTH * 8) + SHARDS * 8L * FIRST_LENGTH;
  }

  /** Adds a row. Ids mostly ascend; a row with a NULL key is never added, as it joins nothing. */
  public void add(long hash, long id) {
    if (id - base > ID_MASK) {
      rebase(id);
    }
    newest = Math.max(newest, id);
    if (!heavy.isEmpty() && heavy.containsKey(identity(hash))) {
      heavy.merge(identity(hash), id, Math::max);
      return;
    }
    int shard = shardOf(hash);
    LongBuffer slots = shards[shard].values();
    if (used[shard] >= slots.capacity() * FULL) {
      slots = resize(shard);
    }
    long stored = storedOf(hash);
    int length = slots.capacity();
    int at = home(stored, length);
    int same = 0;
    for (long slot; (slot = slots.get(at)) != 0; at = next(at, length)) {
      if (slot >>> 32 == stored && idOf(slot) >= floor && ++same >= heavyLimit) {
        heavy.merge(identity(hash), id, Math::max);
        return;
      }
    }
    slots.put(at, stored << 32 | (id - base));
    used[shard]++;
  }

  /**
   * Appends the ids of live rows whose key may have this hash. Returns false if the key is heavy:
   * scan for it.
   */
  public boolean find(long hash, Candidates into) {
    if (!heavy.isEmpty() && isHeavy(hash)) {
      return false;
    }
    LongBuffer slots = shards[shardOf(hash)].values();
    long stored = storedOf(hash);
    int length = slots.capacity();
    int at = home(stored, length);
    for (long slot; (slot = slots.get(at)) != 0; at = next(at, length)) {
      if (slot >>> 32 == stored) {
        long id = idOf(slot);
        if (id >= floor) {
          into.add(id);
        }
      }
    }
    return true;
  }

  boolean isHeavy(long hash) {
    Long last = heavy.get(identity(hash));
    return last != null && last >= floor;
  }

  /** Forgets one row out of turn (a retraction); false if it is not there. */
  public boolean remove(long hash, long id) {
    int shard = shardOf(hash);
    LongBuffer slots = shards[shard].values();
    long wanted = storedOf(hash) << 32 | (id - base);
    int length = slots.capacity();
    int at = home(storedOf(hash), length);
    for (long slot; (slot = slots.get(at)) != 0; at = next(at, length)) {
      if (slot == wanted) {
        close(shard, at);
        return true;
      }
    }
    return false;
  }

  /** True if rows up to this id can be told apart from the oldest that is live. */
  boolean reaches(long id) {
    return reaches(floor, id);
  }

  /** True if an index whose oldest row has one id can have another. */
  static boolean reaches(long firstId, long id) {
    return id - firstId + 1 <= ID_MASK;
  }

  /** Keys that were given up. */
  int heavyKeys() {
    return heavy.size();
  }

  /** Rows with smaller ids have been deleted from the table. */
  public void expireBelow(long firstLiveId) {
    floor = Math.max(floor, firstLiveId);
    if (!heavy.isEmpty()) {
      heavy.values().removeIf(last -> last < floor);
    }
  }

  /**
   * Reclaims expired entries among the next slots; to be called with each batch. Looking at four
   * slots for each row added keeps the share of expired entries below about a third, at some
   * nanoseconds a slot.
   */
  public void sweep(int slotsToVisit) {
    for (int visited = 0; visited < slotsToVisit; visited++) {
      LongBuffer slots = shards[sweepShard].values();
      if (sweepSlot >= slots.capacity()) {
        shrinkIfSparse(sweepShard);
        sweepSlot = 0;
        sweepShard = (sweepShard + 1) % SHARDS;
        continue;
      }
      long slot = slots.get(sweepSlot);
      if (slot != 0 && idOf(slot) < floor) {
        close(sweepShard, sweepSlot); // the slot may now hold a successor: look again
      } else {
        sweepSlot++;
      }
    }
  }

  /** Entries held, expired ones included. */
  long entries() {
    long sum = 0;
    for (int u : used) {
      sum += u;
    }
    return sum;
  }

  public long bytes() {
    long sum = 0;
    for (IndexMemory.Slots slots : shards) {
      sum += 8L * slots.values().capacity();
    }
    return sum;
  }

  private static int shardOf(long hash) {
    return (int) (mix(hash) >>> 64 - SHARD_BITS);
  }

  private static long storedOf(long hash) {
    return mix(hash) >>> 64 - SHARD_BITS - 32 & ID_MASK;
  }

  private static long identity(long hash) {
    return mix(hash) >>> 64 - SHARD_BITS - 32;
  }

  /**
   * DuckDB's hash of an integer key is no better than it needs to be; one multiplication and fold
   * evens it out.
   */
  private static long mix(long hash) {
    long h = (hash ^ hash >>> 32) * 0x9E37_79B9_7F4A_7C15L;
    return h ^ h >>> 29;
  }

  private static int home(long stored, int length) {
    return (int) (stored * length >>> 32);
  }

  private static int next(int at, int length) {
    return at + 1 == length ? 0 : at + 1;
  }

  private long idOf(long slot) {
    return base + (slot & ID_MASK);
  }

  /**
   * Empties a slot and moves the entries behind it up, so that every probe still ends at an empty
   * slot.
   */
  private void close(int shard, int hole) {
    LongBuffer slots = shards[shard].values();
    int length = slots.capacity();
    int at = hole;
    while (true) {
      at = next(at, length);
      long slot = slots.get(at);
      if (slot == 0) {
        break;
      }
      int home = home(slot >>> 32, length);
      boolean mayMove = hole <= at ? home <= hole || home > at : home <= hole && home > at;
      if (mayMove) {
        slots.put(hole, slot);
        hole = at;
      }
    }
    slots.put(hole, 0);
    used[shard]--;
  }

  private void shrinkIfSparse(int shard) {
    int length = shards[shard].values().capacity();
    if (length > 4 * FIRST_LENGTH && used[shard] < length * 0.25) {
      resize(shard);
    }
  }

  /**
   * Copies the live entries into an array of the right length; after many have expired it may be a
   * shorter one.
   */
  private LongBuffer resize(int shard) {
    LongBuffer old = shards[shard].values();
    int live = 0;
    for (int i = 0; i < old.capacity(); i++) {
      long slot = old.get(i);
      if (slot != 0 && idOf(slot) >= floor) {
        live++;
      }
    }
    int length =
        (int) Math.min(MAX_LENGTH, Math.max(FIRST_LENGTH, (long) (live / AFTER_GROWTH) + 1));
    if (live >= length) {
      throw new IllegalStateException("more than " + live + " rows in a part of an index");
    }
    IndexMemory.Slots made = memory.allocate(length);
    LongBuffer slots = made.values();
    for (int i = 0; i < old.capacity(); i++) {
      long slot = old.get(i);
      if (slot != 0 && idOf(slot) >= floor) {
        int at = home(slot >>> 32, length);
        while (slots.get(at) != 0) {
          at = next(at, length);
        }
        slots.put(at, slot);
      }
    }
    memory.free(shards[shard]);
    shards[shard] = made;
    used[shard] = live;
    return slots;
  }

  /** Once in four billion rows: moves the floor up to the oldest row, and the base to the floor. */
  private void rebase(long id) {
    floor =
        Math.max(
            floor, Math.min(oldest(id), heavy.values().stream().min(Long::compare).orElse(id)));
    if (!reaches(id)) {
      throw new IllegalStateException("more than 4 billion ids are live: " + floor + " to " + id);
    }
    for (int shard = 0; shard < SHARDS; shard++) {
      resize(shard); // drops what is below the floor, which could not be expressed any more
    }
    long shift = floor - 1 - base;
    for (IndexMemory.Slots shard : shards) {
      LongBuffer slots = shard.values();
      for (int i = 0; i < slots.capacity(); i++) {
        if (slots.get(i) != 0) {
          slots.put(i, slots.get(i) - shift);
        }
      }
    }
    base += shift;
  }

  /** The oldest row that has an entry, at most {@code newest}. */
  private long oldest(long newest) {
    long oldest = newest;
    for (IndexMemory.Slots shard : shards) {
      LongBuffer slots = shard.values();
      for (int i = 0; i < slots.capacity(); i++) {
        long slot = slots.get(i);
        if (slot != 0 && idOf(slot) >= floor) {
          oldest = Math.min(oldest, idOf(slot));
        }
      }
    }
    return oldest;
  }

  /** Gives its memory back; it finds nothing from then on. */
  @Override
  public void close() {
    for (int shard = 0; shard < SHARDS; shard++) {
      if (shards[shard] != CLOSED) {
        memory.free(shards[shard]);
        shards[shard] = CLOSED;
        used[shard] = 0;
      }
    }
  }
}
