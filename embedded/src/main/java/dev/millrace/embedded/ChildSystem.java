package dev.millrace.embedded;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An embedded system that is a server in a child process, with a port of its own. */
abstract class ChildSystem implements EmbeddedSystem {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  /** How long it has to end in order. */
  static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private final String name;
  private final Ports ports;
  private final String orderly;
  private int port;
  private volatile @Nullable ChildProcess process;

  /**
   * Describes it; nothing runs yet.
   *
   * @param name the system's name
   * @param ports where to ask for a port
   * @param orderly the signal on which it ends in order
   */
  ChildSystem(String name, Ports ports, String orderly) {
    this.name = name;
    this.ports = ports;
    this.orderly = orderly;
  }

  @Override
  public String name() {
    return name;
  }

  /** The port to listen on, the same in every start. */
  synchronized int port() {
    if (port == 0) {
      port = ports.port(name);
    }
    return port;
  }

  /**
   * Starts the process and waits until it answers.
   *
   * @param title what it is, for messages
   */
  void launch(String title, ChildProcess.Command command, Predicate<ChildProcess> isReady) {
    launch(title, command, isReady, START_LIMIT);
  }

  /** As the other, for one that takes longer to start. */
  void launch(
      String title, ChildProcess.Command command, Predicate<ChildProcess> isReady, Duration limit) {
    ChildProcess started = ChildProcess.start(command);
    process = started;
    started.awaitReady(title, () -> isReady.test(started), limit, orderly, STOP_LIMIT);
  }

  @Override
  public final Optional<String> failure() {
    ChildProcess current = process;
    return current == null ? Optional.of("it is not running") : current.failure();
  }

  @Override
  public final void stop() {
    ChildProcess current = process;
    if (current != null) {
      current.stop(orderly, STOP_LIMIT);
      process = null;
    }
  }

  /** The server's process id; empty if it is not running. */
  public final Optional<Long> pid() {
    ChildProcess current = process;
    return current == null || !current.isAlive() ? Optional.empty() : Optional.of(current.pid());
  }
}
