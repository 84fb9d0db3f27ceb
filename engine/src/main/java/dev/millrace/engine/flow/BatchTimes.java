package dev.millrace.engine.flow;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** How long the last batches took. Thread-safe. */
final class BatchTimes {
  private static final int IN_MEMORY = 2_000;

  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(long at, long nanos) {}

  synchronized void add(long nanos) {
    samples.addLast(new Sample(System.nanoTime(), nanos));
    while (samples.size() > IN_MEMORY) {
      samples.removeFirst();
    }
  }

  /** Durations of the last minute, sorted. */
  synchronized List<Duration> recent() {
    long since = System.nanoTime() - 60_000_000_000L;
    return samples.stream()
        .filter(s -> s.at > since)
        .map(s -> Duration.ofNanos(s.nanos))
        .sorted()
        .toList();
  }
}
