package dev.millrace.embedded;

import java.util.Map;
import java.util.Optional;

/**
 * A real system that Millrace starts itself, in a child process or in its own. A {@link Supervisor}
 * calls its methods, one at a time; {@link #start} follows {@link #stop}, or a failure, any number
 * of times.
 */
public interface EmbeddedSystem {
  /** The name of the system in the target, such as {@code postgres}. */
  String name();

  /**
   * Starts the system and waits, for a bounded time, until it answers. Ends what an earlier process
   * left running. A second start of the same object gives the same options, so that clients
   * reconnect.
   *
   * @return the system options with which a client connects, as if {@code millrace.yml} had given
   *     them (address, user, password)
   * @throws dev.millrace.api.error.RetryException if it may start later
   * @throws dev.millrace.api.error.StopException if a person has to act first
   */
  Map<String, Object> start();

  /**
   * What is wrong with the started system, in a sentence; empty while it runs. Called several times
   * a second, so it does no more than look.
   */
  Optional<String> failure();

  /** Stops the system in order, by force if that takes too long. Never throws; may be repeated. */
  void stop();
}
