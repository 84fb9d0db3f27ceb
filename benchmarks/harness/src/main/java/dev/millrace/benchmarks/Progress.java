package dev.millrace.benchmarks;

import java.util.function.LongSupplier;

/**
 * Watches a number that grows, so that what happens inside of a process can be timed from outside
 * without its start: from when the number was first above 0 to its last change.
 */
final class Progress implements AutoCloseable {
  private static final long EVERY_MILLIS = 100;

  private final Thread thread;
  private volatile boolean closed;
  private long firstNanos;
  private long first;
  private long lastNanos;
  private long last;

  /** Starts to look, ten times a second: a look is work for the broker, too. */
  Progress(LongSupplier number) {
    thread =
        new Thread(
            () -> {
              while (!closed) {
                look(number.getAsLong());
                try {
                  Thread.sleep(EVERY_MILLIS);
                } catch (InterruptedException e) {
                  return;
                }
              }
            },
            "progress");
    thread.setDaemon(true);
    thread.start();
  }

  private synchronized void look(long now) {
    long at = System.nanoTime();
    if (now > last) {
      if (last == 0) {
        first = now;
        firstNanos = at;
      }
      last = now;
      lastNanos = at;
    }
  }

  /** What was reached. */
  synchronized long last() {
    return last;
  }

  /** How much of the growth was seen, a second. */
  synchronized double perSecond() {
    if (lastNanos == firstNanos) {
      throw new IllegalStateException("nothing was seen to grow");
    }
    return (last - first) / ((lastNanos - firstNanos) / 1e9);
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join();
  }
}
