package dev.millrace.server;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Whose turn it is to build: one at a time, a person or a job. Thread-safe. */
public final class BuildTurn {
  private final ReentrantLock lock = new ReentrantLock(true);
  private volatile @Nullable String job;

  /** Takes the turn for a person, if nobody has it. The same thread leaves it. */
  boolean take() {
    return lock.tryLock();
  }

  /** Takes the turn for a person, or waits for a while; false if somebody still has it. */
  boolean await(long millis) throws InterruptedException {
    return lock.tryLock(millis, TimeUnit.MILLISECONDS);
  }

  /** Takes the turn for a job, or waits for a while; false if somebody still has it. */
  boolean await(String forJob, long millis) throws InterruptedException {
    boolean taken = await(millis);
    if (taken) {
      job = forJob;
    }
    return taken;
  }

  /** The job that has the turn. */
  Optional<String> job() {
    return Optional.ofNullable(job);
  }

  /** Gives it up. */
  void leave() {
    job = null;
    lock.unlock();
  }
}
