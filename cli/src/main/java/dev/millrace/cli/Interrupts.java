package dev.millrace.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets Ctrl-C (and a plain kill) end a run in order: the JVM waits until the run has closed. */
final class Interrupts {
  private static final CountDownLatch ASKED = new CountDownLatch(1);
  private static volatile boolean stopping;

  private Interrupts() {}

  /** From now on the process ends only after {@code closed} is counted down, or a minute later. */
  static void closeBefore(CountDownLatch closed) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stopping = true;
                  ASKED.countDown();
                  try {
                    closed.await(60, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "millrace-stop"));
  }

  /** True once the process was asked to end. */
  static boolean isStopping() {
    return stopping;
  }

  /** Waits for the time, or until the process is asked to end. */
  static void await(long millis) throws InterruptedException {
    ASKED.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Does it when the process is asked to end. */
  static void whenAsked(Runnable cancel) {
    Thread watch =
        new Thread(
            () -> {
              try {
                await(Long.MAX_VALUE);
                cancel.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "millrace-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
