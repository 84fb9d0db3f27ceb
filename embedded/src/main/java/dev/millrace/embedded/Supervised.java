package dev.millrace.embedded;

import dev.millrace.api.error.StopException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One system under a {@link Supervisor}, with its state and its next try. */
final class Supervised {
  private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
  private static final Duration FIRST_WAIT = Duration.ofMillis(100);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);
  private static final Duration STEADY = Duration.ofMinutes(1);

  private final EmbeddedSystem system;
  private final Object statusLock = new Object();

  private Supervisor.State state = Supervisor.State.STOPPED;
  private Instant since = Instant.now();
  private int restarts;
  private @Nullable String error;

  // Only start, tend and stop touch these, which exclude each other.
  private Duration wait = FIRST_WAIT;
  private long tryAt;
  private boolean waitsForPerson;
  private boolean stopped;

  Supervised(EmbeddedSystem system) {
    this.system = system;
  }

  String name() {
    return system.name();
  }

  Supervisor.Status status() {
    synchronized (statusLock) {
      return new Supervisor.Status(name(), state, since, restarts, Optional.ofNullable(error));
    }
  }

  synchronized Map<String, Object> start() {
    if (stopped) {
      throw new IllegalStateException(name() + " was stopped");
    }
    become(Supervisor.State.STARTING, null);
    try {
      Map<String, Object> options = system.start();
      become(Supervisor.State.RUNNING, null);
      return options;
    } catch (RuntimeException e) {
      become(Supervisor.State.FAILED, e.getMessage());
      throw e;
    }
  }

  /** Looks after the system: notices its death, starts it again when its time has come. */
  synchronized void tend() {
    if (stopped || waitsForPerson) {
      return;
    }
    Supervisor.Status status = status();
    if (status.state() == Supervisor.State.RUNNING) {
      failure().ifPresent(reason -> failed(status, reason));
    } else if (System.nanoTime() - tryAt >= 0) {
      restart();
    }
  }

  // A system that cannot even be looked at is no better than a dead one.
  private Optional<String> failure() {
    try {
      return system.failure();
    } catch (RuntimeException e) {
      return Optional.of(e.toString());
    }
  }

  synchronized void stop() {
    if (!stopped) {
      stopped = true;
      system.stop();
      become(Supervisor.State.STOPPED, null);
    }
  }

  private void failed(Supervisor.Status before, String reason) {
    if (Duration.between(before.since(), Instant.now()).compareTo(STEADY) > 0) {
      wait = FIRST_WAIT;
    }
    LOG.warn("{} failed, starting it again: {}", name(), reason);
    become(Supervisor.State.FAILED, reason);
    tryLater();
  }

  private void restart() {
    synchronized (statusLock) {
      restarts++;
    }
    become(Supervisor.State.STARTING, null);
    try {
      system.start();
      become(Supervisor.State.RUNNING, null);
      LOG.info("{} runs again", name());
    } catch (StopException e) {
      waitsForPerson = true;
      LOG.error("{} cannot be started again: {}", name(), e.getMessage());
      become(Supervisor.State.FAILED, e.getMessage());
    } catch (RuntimeException e) {
      LOG.warn("{} did not start again: {}", name(), e.getMessage());
      become(Supervisor.State.FAILED, e.getMessage());
      tryLater();
    }
  }

  private void tryLater() {
    tryAt = System.nanoTime() + wait.toNanos();
    wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
  }

  private void become(Supervisor.State next, @Nullable String reason) {
    synchronized (statusLock) {
      state = next;
      since = Instant.now();
      if (reason != null) {
        error = reason;
      }
    }
  }
}
