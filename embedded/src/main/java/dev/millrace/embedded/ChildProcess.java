package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A process that Millrace started. It is in a session of its own, so that Ctrl-C reaches only
 * Millrace, which then stops things in order. Its output goes to a file without passing through
 * Millrace, so that it outlives a kill of its parent unharmed; the next start ends it by its pid
 * file. Thread-safe.
 */
public final class ChildProcess {
  static final long LOG_LIMIT_BYTES = 10L << 20;
  private static final Optional<Path> SETSID = Executables.find("setsid");

  private final Command command;
  private final Process process;

  /**
   * What to start.
   *
   * @param name for messages
   * @param words the program and its arguments
   * @param environment added to Millrace's own
   * @param folder the working folder
   * @param pidFile where the process id is kept; empty if the program writes one itself
   * @param logFile where its output is appended; at 10 MB it becomes {@code logFile.1}
   */
  public record Command(
      String name,
      List<String> words,
      Map<String, String> environment,
      Path folder,
      Optional<Path> pidFile,
      Path logFile) {
    /** Copies the collections. */
    public Command {
      words = List.copyOf(words);
      environment = Map.copyOf(environment);
    }
  }

  private ChildProcess(Command command, Process process) {
    this.command = command;
    this.process = process;
  }

  /**
   * Starts the process.
   *
   * @throws RetryException if the operating system refuses
   */
  public static ChildProcess start(Command command) {
    List<String> words = new ArrayList<>();
    SETSID.ifPresent(setsid -> words.add(setsid.toString()));
    words.addAll(command.words());
    ProcessBuilder builder = new ProcessBuilder(words).directory(command.folder().toFile());
    builder.environment().putAll(command.environment());
    try {
      rotate(command.logFile());
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(command.logFile().toFile()));
      Process process = builder.start();
      process.getOutputStream().close();
      if (command.pidFile().isPresent()) {
        Files.writeString(command.pidFile().get(), process.pid() + "\n");
      }
      return new ChildProcess(command, process);
    } catch (IOException e) {
      throw new RetryException(
          Problem.error(
              EmbeddedError.EMBEDDED_START,
              null,
              "cannot start %s: %s".formatted(command.name(), Reasons.of(e)),
              null),
          e);
    }
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  /** True while it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** How it ended, with the last line that it logged; empty while it runs. Rotates its log. */
  public Optional<String> failure() {
    if (process.isAlive()) {
      rotateQuietly();
      return Optional.empty();
    }
    int code = process.exitValue();
    String how =
        code > 128 ? "was ended by signal " + (code - 128) : "ended with exit code " + code;
    String last = lastLogged().map(line -> ": " + line).orElse("");
    return Optional.of("process %d %s%s".formatted(process.pid(), how, last));
  }

  /**
   * Waits until the program answers; ends it with a signal if it does not, also when the waiting
   * thread is interrupted.
   *
   * @param title what it is, for the message
   * @throws RetryException if it ended, or the time is over
   */
  public void awaitReady(
      String title, BooleanSupplier isReady, Duration limit, String signal, Duration patience) {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      while (true) {
        // First, as whoever has its port may answer in its place.
        Optional<String> failure = failure();
        if (failure.isPresent()) {
          throw notStarted(title, failure.get());
        }
        if (isReady.getAsBoolean()) {
          return;
        }
        if (System.nanoTime() > deadline) {
          throw notStarted(title, "it did not answer within " + limit.toSeconds() + " s");
        }
        Pause.millis(5);
      }
    } catch (RetryException e) {
      // Whoever interrupts the start still wants the program to end in order.
      boolean interrupted = Thread.interrupted();
      stop(signal, patience);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      throw e;
    }
  }

  private RetryException notStarted(String title, String reason) {
    return new RetryException(
        Problem.error(
            EmbeddedError.EMBEDDED_START,
            null,
            "%s (`%s`) did not start: %s".formatted(title, command.name(), reason),
            "its log is " + command.logFile()),
        null);
  }

  /**
   * Asks the process to end with a signal, and kills it if it has not after {@code patience}.
   *
   * @param signal such as {@code INT} or {@code TERM}, whichever the program ends orderly on
   */
  public void stop(String signal, Duration patience) {
    end(process.toHandle(), signal, patience);
    command.pidFile().ifPresent(ChildProcess::deleteQuietly);
  }

  /**
   * Ends the process that a pid file names, if it is one that Millrace started: alive, with {@code
   * marker} in its command line. Then deletes the file.
   *
   * @param pidFile its first line is a process id; may be missing
   * @param marker a text that only this child's command line contains, such as its data folder
   * @return true if there was such a process
   */
  public static boolean endStale(Path pidFile, String marker, String signal, Duration patience) {
    Optional<ProcessHandle> stale =
        pidIn(pidFile).flatMap(ProcessHandle::of).filter(h -> isOurs(h, marker));
    stale.ifPresent(handle -> end(handle, signal, patience));
    deleteQuietly(pidFile);
    return stale.isPresent();
  }

  private static Optional<Long> pidIn(Path pidFile) {
    try {
      List<String> lines = Files.readAllLines(pidFile);
      String first = lines.isEmpty() ? "" : lines.get(0).strip();
      return first.matches("\\d{1,10}") ? Optional.of(Long.parseLong(first)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  // The number of a process that ended may belong to anybody's process by now.
  private static boolean isOurs(ProcessHandle handle, String marker) {
    return handle.info().commandLine().map(line -> line.contains(marker)).orElse(false);
  }

  private static void end(ProcessHandle handle, String signal, Duration patience) {
    if (handle.isAlive()) {
      signal(handle, signal);
      if (!awaitEnd(handle, patience)) {
        handle.destroyForcibly();
        awaitEnd(handle, Duration.ofSeconds(5));
      }
    }
  }

  private static void signal(ProcessHandle handle, String signal) {
    try {
      int code =
          new ProcessBuilder("kill", "-" + signal, Long.toString(handle.pid()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (code != 0) {
        handle.destroy();
      }
    } catch (IOException e) {
      handle.destroy();
    } catch (InterruptedException e) {
      // Whoever interrupts a stop wants it at once.
      Thread.currentThread().interrupt();
      handle.destroyForcibly();
    }
  }

  private static boolean awaitEnd(ProcessHandle handle, Duration patience) {
    try {
      handle.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return !handle.isAlive();
    }
  }

  /** The last line of the log that is not empty. */
  Optional<String> lastLogged() {
    try (RandomAccessFile file = new RandomAccessFile(command.logFile().toFile(), "r")) {
      byte[] tail = new byte[(int) Math.min(4096, file.length())];
      file.seek(file.length() - tail.length);
      file.readFully(tail);
      List<String> lines =
          new String(tail, StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank()).toList();
      return lines.isEmpty() ? Optional.empty() : Optional.of(lines.get(lines.size() - 1).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void rotateQuietly() {
    try {
      rotate(command.logFile());
    } catch (IOException e) {
      // A long log is no reason to call the system unwell.
    }
  }

  // The child keeps its file open for appending: copying and then truncating is what it survives.
  private static void rotate(Path logFile) throws IOException {
    if (Files.exists(logFile) && Files.size(logFile) > LOG_LIMIT_BYTES) {
      Path old = logFile.resolveSibling(logFile.getFileName() + ".1");
      Files.copy(logFile, old, StandardCopyOption.REPLACE_EXISTING);
      try (RandomAccessFile file = new RandomAccessFile(logFile.toFile(), "rw")) {
        file.setLength(0);
      }
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // A stale pid file is checked before anything is believed of it.
    }
  }
}
