package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Identifier;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a data folder of PostgreSQL, completely or not at all. */
final class PostgresData {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresData.class);
  private static final String UNFINISHED = "data.new-";
  private static final long STEP_LIMIT_SECONDS = 120;

  /** Only sinks wait for the data folder; what people wait for comes first. */
  private static final List<String> LOW_PRIORITY =
      Executables.find("nice").map(nice -> List.of(nice.toString(), "-n", "10")).orElse(List.of());

  private final Path home;
  private final Path folder;
  private final List<String> unprivileged;

  PostgresData(Path home, Path folder, List<String> unprivileged) {
    this.home = home;
    this.folder = folder;
    this.unprivileged = unprivileged;
  }

  /**
   * Makes the data folder with one database, if there is none; checks its version if there is.
   *
   * @return the superuser's password
   */
  String prepare(Path data, String database) {
    Path passwordFile = folder.resolve("password");
    try {
      if (Files.isDirectory(data)) {
        String version = Files.readString(data.resolve("PG_VERSION")).strip();
        if (!version.equals(PostgresSystem.MAJOR_VERSION)) {
          throw PostgresSystem.otherVersion(data, version);
        }
        return Files.readString(passwordFile).strip();
      }
      String password = PasswordFile.create(passwordFile);
      deleteUnfinished();
      // An initdb whose parent was killed may still be writing to its own.
      Path unfinished = folder.resolve(UNFINISHED + ProcessHandle.current().pid());
      Programs.deleteTree(unfinished);
      initialize(unfinished, passwordFile);
      createDatabase(unfinished, database);
      Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
      return password;
    } catch (IOException e) {
      throw DataFolder.unusable(data, e);
    }
  }

  private void deleteUnfinished() throws IOException {
    List<Path> leftovers;
    try (Stream<Path> entries = Files.list(folder)) {
      leftovers = entries.filter(p -> p.getFileName().toString().startsWith(UNFINISHED)).toList();
    }
    for (Path leftover : leftovers) {
      try {
        Programs.deleteTree(leftover);
      } catch (IOException | UncheckedIOException e) {
        LOG.debug("{} is left for a later start", leftover, e);
      }
    }
  }

  private void initialize(Path data, Path passwordFile) throws IOException {
    run(
        List.of(
            home.resolve("bin/initdb").toString(),
            "--pgdata=" + data,
            "--username=" + PostgresSystem.USER,
            "--auth=scram-sha-256",
            "--pwfile=" + passwordFile,
            // The password is random and long: hashing it again and again only delays connections.
            "--set=scram_iterations=1",
            "--encoding=UTF8",
            // Sorts by bytes, as DuckDB does, whatever locales the machine has.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions"),
        "");
  }

  // In single-user mode there is no server to connect to, so no driver is needed here.
  private void createDatabase(Path data, String database) throws IOException {
    run(
        List.of(
            home.resolve("bin/postgres").toString(), "--single", "-D", data.toString(), "postgres"),
        "CREATE DATABASE " + Identifier.quote(database) + "\n");
  }

  private void run(List<String> words, String input) throws IOException {
    List<String> command = new ArrayList<>(LOW_PRIORITY);
    command.addAll(unprivileged);
    command.addAll(words);
    Path output = folder.resolve("setup.log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("TZ", "UTC");
    Process process = builder.redirectOutput(ProcessBuilder.Redirect.to(output.toFile())).start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    }
    boolean ended;
    try {
      ended = process.waitFor(STEP_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ended = false;
    }
    // A single-user server reports an error and still ends with 0.
    if (!ended || process.exitValue() != 0 || Files.readString(output).contains("ERROR:")) {
      process.destroyForcibly();
      throw new StopException(
          Problem.error(
              EmbeddedError.EMBEDDED_START,
              null,
              "PostgreSQL's data folder could not be made: %s"
                  .formatted(ended ? lastLine(output) : "it took too long"),
              "what it said is in " + output),
          null);
    }
  }

  private static String lastLine(Path output) throws IOException {
    List<String> lines = Files.readAllLines(output).stream().filter(l -> !l.isBlank()).toList();
    return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1).strip();
  }
}
