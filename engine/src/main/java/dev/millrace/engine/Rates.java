package dev.millrace.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Turns growing counters into rates over the last five seconds, from the times at which they are
 * asked for. Thread-safe.
 */
final class Rates {
  private static final long WINDOW_NANOS = 5_000_000_000L;
  private static final long SAMPLE_NANOS = 200_000_000L;

  private final Map<String, Deque<Sample>> samples = new HashMap<>();

  private record Sample(long at, long value) {}

  /** How fast the counter of that name has grown, each second. */
  synchronized double perSecond(String name, long value) {
    long now = System.nanoTime();
    Deque<Sample> past = samples.computeIfAbsent(name, k -> new ArrayDeque<>());
    if (past.isEmpty() || now - past.getLast().at >= SAMPLE_NANOS) {
      past.addLast(new Sample(now, value));
    }
    while (past.size() > 2 && now - past.getFirst().at > WINDOW_NANOS) {
      past.removeFirst();
    }
    Sample first = past.getFirst();
    long nanos = now - first.at;
    return nanos < SAMPLE_NANOS ? 0 : Math.max(0, (value - first.value) * 1e9 / nanos);
  }
}
