package dev.millrace.engine.unittest;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock that stands still. Until a test sets it, it follows the event times of the rows that are
 * given, so that none is ahead of it; following them takes no time, in which a partition could be
 * silent.
 */
final class TestClock extends Clock {
  private Instant now = Instant.EPOCH;
  private boolean isSet;
  private Duration elapsed = Duration.ZERO;

  /** A test begins. */
  void reset() {
    now = Instant.EPOCH;
    isSet = false;
    elapsed = Duration.ZERO;
  }

  /** Moves on to the newest event time, unless a test has set the clock. */
  void lift(Instant newest) {
    if (!isSet && newest.isAfter(now)) {
      now = newest;
    }
  }

  void set(Instant instant) {
    boolean begun = !now.equals(Instant.EPOCH);
    if (begun && instant.isAfter(now)) {
      elapsed = elapsed.plus(Duration.between(now, instant));
    }
    now = instant;
    isSet = true;
  }

  void advance(Duration by) {
    now = now.plus(by);
    elapsed = elapsed.plus(by);
  }

  /** How much time the test has let pass, in nanoseconds. */
  long elapsedNanos() {
    return elapsed.toNanos();
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
