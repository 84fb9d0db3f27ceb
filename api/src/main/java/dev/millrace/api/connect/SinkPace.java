package dev.millrace.api.connect;

import java.time.Duration;

/**
 * How changes are gathered for a sink whose target would rather have few large chunks than many
 * small ones.
 *
 * @param rows how many changes a chunk has at most, about
 * @param bytes about how much memory they may take, all of them being in the heap; a chunk that has
 *     more of it has fewer rows, but at least one
 * @param between how long after a chunk the next one comes, unless it is full
 */
public record SinkPace(int rows, long bytes, Duration between) {
  /** What the heap has room for, with what a sink makes of it. */
  public static final long BYTES = 16 << 20;

  /** Small chunks, each as soon as there is something. */
  public static final SinkPace AT_ONCE = new SinkPace(20_000, BYTES, Duration.ZERO);

  /** Checks that it can be kept. */
  public SinkPace {
    if (rows < 1 || bytes < 1 || between.isNegative()) {
      throw new IllegalArgumentException("a pace needs rows, bytes and no negative time");
    }
  }
}
