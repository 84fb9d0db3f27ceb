package dev.millrace.connect.files;

import java.time.Duration;

/** When to look for files again. Times are by {@link System#nanoTime}. */
final class Pace {
  private static final long LEAST_REST_NANOS = Duration.ofMillis(50).toNanos();

  private final FilesPlan plan;
  private Duration pause;
  private long next = System.nanoTime();

  /** Not before that is another look worth its cost, whatever comes. */
  private long rested = next;

  Pace(FilesPlan plan) {
    this.plan = plan;
    this.pause = plan.poll();
  }

  /** The time of the next look. */
  long next() {
    return next;
  }

  boolean isDue() {
    return System.nanoTime() >= next;
  }

  /**
   * After a look.
   *
   * @param begun its time
   * @param complete true if there are files to read now
   * @param incomplete true if others will be complete soon
   */
  void looked(long begun, boolean complete, boolean incomplete) {
    long now = System.nanoTime();
    // To list very many files takes its time; half of it is left to others.
    rested = now + Math.max(LEAST_REST_NANOS, now - begun);
    if (complete) {
      pause = plan.poll();
      next = now;
      return;
    }
    next = Math.max(rested, now + pause.toNanos());
    if (incomplete) {
      pause = plan.poll();
    } else {
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(plan.pollSlowest()) < 0 ? longer : plan.pollSlowest();
    }
  }

  /** Something has changed where files come. */
  void stirred() {
    pause = plan.poll();
    next = Math.min(next, rested);
  }

  /** A file could not be read and is tried again, after the shortest wait. */
  void tryLater() {
    next = System.nanoTime() + plan.poll().toNanos();
  }

  /** A person wants another look at once. */
  void lookNow() {
    pause = plan.poll();
    next = System.nanoTime();
  }
}
