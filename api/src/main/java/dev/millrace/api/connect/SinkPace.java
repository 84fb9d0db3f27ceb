package dev.millrace.api.connect;

import java.time.Duration;

/**
 * How changes are gathered for a sink whose target would rather have few large chunks than many
 * small ones.
 *
 * @param rows how many changes a chunk has at most, about; all of them are in memory
 * @param between how long after a chunk the next one comes, unless it is full
 */
public record SinkPace(int rows, Duration between) {
  /** Small chunks, each as soon as there is something. */
  public static final SinkPace AT_ONCE = new SinkPace(20_000, Duration.ZERO);

  /** Checks that it can be kept. */
  public SinkPace {
    if (rows < 1 || between.isNegative()) {
      throw new IllegalArgumentException("a pace needs rows and no negative time");
    }
  }
}
