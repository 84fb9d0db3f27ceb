package dev.millrace.engine.flow;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells a thread to end, also while it pauses. Safe for use by several threads. */
final class StopSignal {
  private final CountDownLatch given = new CountDownLatch(1);

  void give() {
    given.countDown();
  }

  boolean isGiven() {
    return given.getCount() == 0;
  }

  /** Waits, at most until the signal is given; an interrupt gives it. */
  void pause(long millis) {
    try {
      given.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      give();
    }
  }
}
