package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;

/** Waits between two looks at something that does not notify. */
final class Pause {
  private Pause() {}

  /**
   * Sleeps.
   *
   * @throws RetryException if the thread is interrupted; it stays marked as such
   */
  static void millis(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RetryException(
          Problem.error(EmbeddedError.EMBEDDED_START, null, "interrupted while waiting", null), e);
    }
  }
}
