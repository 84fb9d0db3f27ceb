package dev.millrace.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A main class in a JVM of its own, for tests that kill it. It has the test's class path, and ends
 * at the latest when this is closed. Its output, errors included, is kept in a file.
 */
public final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final Path output;

  private ChildJvm(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts a JVM.
   *
   * @param main its main class
   * @param properties its system properties, such as {@code millrace.fault} to {@code
   *     sink-before-commit:3}
   * @param arguments of {@code main}
   */
  public static ChildJvm start(Class<?> main, Map<String, String> properties, String... arguments) {
    return start(main, properties, Map.of(), arguments);
  }

  /** As {@link #start(Class, Map, String...)}, with variables in its environment. */
  public static ChildJvm start(
      Class<?> main,
      Map<String, String> properties,
      Map<String, String> environment,
      String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx512m"));
    properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    try {
      Path output = Files.createTempFile("child-jvm", ".txt");
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      builder.environment().put("CLASSPATH", classPath());
      builder.redirectOutput(output.toFile());
      return new ChildJvm(builder.start(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** True until it ends. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Everything that it has printed so far. */
  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits until its output contains a text.
   *
   * @throws AssertionError with the output, if it ends or {@code limit} passes before
   */
  public void awaitOutput(String text, Duration limit) {
    try {
      Awaitility.await()
          .atMost(limit)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> output().contains(text) || !process.isAlive());
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("no `" + text + "` within " + limit + " in:\n" + output(), e);
    }
    if (!output().contains(text)) {
      throw new AssertionError(
          "it ended with " + process.exitValue() + " before `" + text + "`:\n" + output());
    }
  }

  /**
   * Waits for its end.
   *
   * @return its exit code; {@link dev.millrace.api.fault.FaultPoint#EXIT_CODE} if a fault point
   *     ended it
   * @throws AssertionError with the output, if {@code limit} passes before
   */
  public int awaitExit(Duration limit) {
    try {
      if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError("still running after " + limit + ":\n" + output());
  }

  /** Ends it as {@code kill -9} does, and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitExit(Duration.ofSeconds(10));
  }

  /** Asks it to end in order, as {@code kill} and Ctrl-C do. */
  public void terminate() {
    process.destroy();
  }

  /** Kills it if it still runs, and deletes its output. */
  @Override
  public void close() {
    kill();
    try {
      Files.deleteIfExists(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Surefire may start its JVM with a jar that only refers to the real class path.
  /** This process' class path, jars and folders, that its children have too. */
  public static String classPath() {
    String real = System.getProperty("surefire.test.class.path");
    return real != null ? real : System.getProperty("java.class.path", "." + File.pathSeparator);
  }
}
