package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.store.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/** How long batches take: the last ones in memory, the last hours in {@code system.batches}. */
final class BatchTimes {
  private static final int IN_MEMORY = 2_000;
  private static final int TRIM_EVERY = 5_000;

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

  /** Writes a batch's row; what is older than an hour goes, now and then. */
  void write(
      Transaction transaction,
      String flow,
      long number,
      int records,
      Collection<Admission.Outcome> outcomes,
      long changes,
      long startNanos,
      long decodedNanos)
      throws SQLException {
    long rows = outcomes.stream().mapToLong(Admission.Outcome::rows).sum();
    long now = System.nanoTime();
    transaction.execute(
        "INSERT INTO store.system.batches VALUES ("
            + Identifier.literal(flow)
            + ", "
            + (number + 1)
            + ", now(), "
            + records
            + ", "
            + rows
            + ", "
            + changes
            + ", "
            + (decodedNanos - startNanos) / 1e6
            + ", "
            + (now - decodedNanos) / 1e6
            + ")");
    if (number % TRIM_EVERY == TRIM_EVERY - 1) {
      transaction.execute(
          "DELETE FROM store.system.batches WHERE committed_at < now() - INTERVAL 1 HOUR");
    }
  }
}
