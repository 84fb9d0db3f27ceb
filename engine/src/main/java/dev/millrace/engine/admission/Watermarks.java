package dev.millrace.engine.admission;

import dev.millrace.engine.store.Instants;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The watermark of one stream of a source: the smallest, over its partitions, of the newest
 * admitted event time less the allowed lateness. A partition that is idle (read to its end, and
 * silent for a set time) does not hold it back; one that has never had a row does, until it is
 * idle. It never goes back. Times are microseconds since 1970. For one thread.
 */
public final class Watermarks {
  /** Nothing is known yet: no row is late. */
  public static final long UNKNOWN = Instants.UNKNOWN;

  /** The source has ended: no row will follow. */
  public static final long ENDED = Instants.INFINITE;

  private final long latenessMicros;
  private final SortedMap<Integer, Partition> partitions = new TreeMap<>();
  private long current = UNKNOWN;
  private long committed = UNKNOWN;
  private long before = UNKNOWN;
  private boolean following;
  private long followed = UNKNOWN;

  /** What is known of one partition. */
  private static final class Partition {
    long newest = UNKNOWN;
    boolean idle;
    long newestBefore = UNKNOWN;
    boolean idleBefore;
  }

  Watermarks(Duration allowedLateness) {
    this.latenessMicros = allowedLateness.toNanos() / 1000;
  }

  /** Forgets everything: what was stored follows. */
  public void reset() {
    partitions.clear();
    current = UNKNOWN;
  }

  /** Sets what was stored. */
  public void restore(int partition, long newestMicros, boolean idle) {
    Partition p = partitions.computeIfAbsent(partition, k -> new Partition());
    p.newest = newestMicros;
    p.idle = idle;
  }

  /** Sets the watermark that was stored. */
  public void restore(long watermark) {
    current = watermark;
  }

  /** There is such a partition: it holds the watermark back until it has had a row or is idle. */
  public void known(int partition) {
    partitions.computeIfAbsent(partition, k -> new Partition());
  }

  /** A row with this event time was admitted. */
  public void admitted(int partition, long micros) {
    Partition p = partitions.computeIfAbsent(partition, k -> new Partition());
    p.newest = Math.max(p.newest, micros);
    p.idle = false;
  }

  /** The partition is silent at its end, or no longer so. */
  public void idle(int partition, boolean idle) {
    partitions.computeIfAbsent(partition, k -> new Partition()).idle = idle;
  }

  /** What was set since the last commit is stored. */
  void commit() {
    committed = current;
    begin();
  }

  /** A batch begins, which may be rolled back: ends and silences until now are to stay. */
  public void begin() {
    before = current;
    for (Partition p : partitions.values()) {
      p.newestBefore = p.newest;
      p.idleBefore = p.idle;
    }
  }

  /** True if the watermark is not the one of the last commit. */
  public boolean hasMoved() {
    return current != committed;
  }

  /** What was set since {@link #begin} is undone. */
  void rollback() {
    current = before;
    for (Partition p : partitions.values()) {
      p.newest = p.newestBefore;
      p.idle = p.idleBefore;
    }
  }

  /** The source will never have another row. */
  public void end() {
    current = ENDED;
  }

  /**
   * Rows are not judged but were so before: from now on {@link #advance} goes to {@code micros},
   * whatever the partitions have.
   */
  public void follow(long micros) {
    following = true;
    followed = micros;
  }

  /** Moves the watermark as far as the partitions allow; returns true if it moved. */
  public boolean advance() {
    if (current == ENDED) {
      return false;
    }
    if (following) {
      boolean moves = followed > current;
      current = Math.max(current, followed);
      return moves;
    }
    long lowest = ENDED;
    long highest = UNKNOWN;
    for (Partition p : partitions.values()) {
      if (!p.idle) {
        lowest = Math.min(lowest, p.newest);
      }
      highest = Math.max(highest, p.newest);
    }
    // With every partition idle the newest row counts: nothing else can be on its way.
    long newest = lowest == ENDED ? highest : lowest;
    if (newest == UNKNOWN || newest - latenessMicros <= current) {
      return false;
    }
    current = newest - latenessMicros;
    return true;
  }

  /** The watermark in microseconds since 1970, {@link #UNKNOWN} or {@link #ENDED}. */
  public long micros() {
    return current;
  }

  /** The newest admitted event time of a partition, or {@link #UNKNOWN}. */
  public long newest(int partition) {
    Partition p = partitions.get(partition);
    return p == null ? UNKNOWN : p.newest;
  }

  /** Whether the partition holds the watermark back no longer. */
  public boolean isIdle(int partition) {
    Partition p = partitions.get(partition);
    return p != null && p.idle;
  }

  /** The watermark as an instant; empty while it is unknown or when the source has ended. */
  public Optional<Instant> instant() {
    return current == UNKNOWN || current == ENDED
        ? Optional.empty()
        : Optional.of(Instants.of(current));
  }
}
