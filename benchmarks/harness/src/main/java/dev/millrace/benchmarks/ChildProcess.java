package dev.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A process that is measured. It writes marks to its standard output: lines {@code @name value},
 * where the value of a moment is milliseconds since 1970. Closing it ends the process and what it
 * started.
 */
final class ChildProcess implements AutoCloseable {
  private final String name;
  private final Process process;
  private final Path output;
  private final long startedMillis;
  private final ProcessTree tree;
  private final Thread end = new Thread(this::destroy);

  private ChildProcess(String name, Process process, Path output) {
    this.name = name;
    this.process = process;
    this.output = output;
    this.startedMillis = System.currentTimeMillis();
    this.tree = new ProcessTree(process.toHandle());
  }

  /**
   * Starts a command. Its output goes to {@code target/runs/<name>.log}.
   *
   * @param environment added to ours
   */
  static ChildProcess start(
      Workplace place, String name, List<String> command, Map<String, String> environment)
      throws IOException {
    Path output = place.runs().resolve(name + ".log");
    Files.createDirectories(place.runs());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(place.root().toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    ChildProcess child = new ChildProcess(name, builder.start(), output);
    Runtime.getRuntime().addShutdownHook(child.end);
    return child;
  }

  /** Starts a class of one of the benchmark's modules in a JVM with that module's class path. */
  static ChildProcess java(
      Workplace place, String name, String module, List<String> options, List<String> mainAndArgs)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", place.classPath(module)));
    command.addAll(mainAndArgs);
    return start(place, name, command, Map.of());
  }

  /** Waits until a mark is there and returns its value. */
  String await(String mark, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < end) {
      boolean alive = process.isAlive();
      Optional<String> value = mark(mark);
      if (value.isPresent()) {
        return value.get();
      }
      if (!alive) {
        throw new IllegalStateException(name + " ended without @" + mark + "; see " + output);
      }
      Thread.sleep(20);
    }
    throw new IllegalStateException(
        name + ": no @" + mark + " within " + limit + "; see " + output);
  }

  /** The value of a mark's last line. */
  Optional<String> mark(String mark) {
    return lines().stream()
        .filter(line -> line.startsWith("@" + mark + " "))
        .reduce((first, second) -> second)
        .map(line -> line.substring(mark.length() + 2));
  }

  /** What it printed so far. */
  List<String> lines() {
    try {
      return Files.readAllLines(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for its end; an exit code other than 0 is an error. */
  void join(Duration limit) throws InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(name + " did not end within " + limit + "; see " + output);
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          name + " ended with exit code " + process.exitValue() + "; see " + output);
    }
  }

  /** Milliseconds since 1970 when it was started. */
  long startedMillis() {
    return startedMillis;
  }

  ProcessTree memory() {
    return tree;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Asks it to end (as Ctrl-C does) and waits. */
  void interrupt(Duration limit) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(name + " did not stop within " + limit + "; see " + output);
    }
  }

  @Override
  public void close() {
    tree.close();
    Runtime.getRuntime().removeShutdownHook(end);
    List<ProcessHandle> children = process.descendants().toList();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException | InterruptedException e) {
      process.destroyForcibly();
    }
    children.forEach(ProcessHandle::destroyForcibly);
  }

  /** When the harness itself is ended, by Ctrl-C say. */
  private void destroy() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }
}
