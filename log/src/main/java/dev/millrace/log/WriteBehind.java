package dev.millrace.log;

import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceRecord;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Adds large batches to a writer on a thread of its own, so that the source reads the next one
 * meanwhile; there is never more than one. For one thread, which uses the writer itself only after
 * {@link #await}.
 */
final class WriteBehind implements AutoCloseable {
  /** Handing over fewer records takes longer than to add them. */
  private static final int LARGE = 1_000;

  private final SourceWriter writer;
  private final ExecutorService thread;
  private @Nullable Future<?> adding;

  WriteBehind(SourceWriter writer, String source) {
    this.writer = writer;
    this.thread =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread made = new Thread(work, "write-" + source);
              made.setDaemon(true);
              return made;
            });
  }

  static boolean isLarge(SourceBatch batch) {
    return batch.records().size() >= LARGE;
  }

  /** The bytes of a batch's keys and values. */
  static long bytes(SourceBatch batch) {
    long bytes = 0;
    for (SourceRecord record : batch.records()) {
      byte[] key = record.key();
      byte[] value = record.value();
      bytes += (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    }
    return bytes;
  }

  /** Adds a batch, or begins to; the one before must be done. */
  void add(SourceBatch batch) {
    if (isLarge(batch)) {
      adding = thread.submit(() -> write(batch));
    } else {
      write(batch);
    }
  }

  private void write(SourceBatch batch) {
    batch.records().forEach(writer::add);
    batch.ledger().forEach(writer::note);
  }

  /** True if a batch may still be on its way. */
  boolean isBusy() {
    return adding != null;
  }

  /** Waits until everything is added; throws what adding threw. */
  void await() {
    Future<?> before = adding;
    if (before == null) {
      return;
    }
    try {
      before.get();
      adding = null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptException(e);
    } catch (ExecutionException e) {
      adding = null;
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      if (e.getCause() instanceof Error thrown) {
        throw thrown;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Ends the thread: after that nobody but the caller uses the writer. */
  @Override
  public void close() {
    thread.shutdownNow();
    boolean interrupted = false;
    while (true) {
      try {
        if (thread.awaitTermination(1, TimeUnit.SECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
