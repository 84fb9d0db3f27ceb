package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Millrace as its users run it: {@code ./millrace run <project>} in a process of its own, asked
 * through its page's address.
 */
final class MillraceProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ChildProcess process;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI query;

  private MillraceProcess(ChildProcess process, int port) {
    this.process = process;
    this.query = URI.create("http://127.0.0.1:" + port + "/api/query");
  }

  /**
   * Starts it.
   *
   * @param name of its log
   * @param options of {@code millrace run}
   * @param environment added to ours
   */
  static MillraceProcess run(
      Workplace place,
      String name,
      Path project,
      List<String> options,
      Map<String, String> environment)
      throws IOException {
    int port = Workplace.freePort();
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(launcher(place), "run", project.toString(), "--port", Integer.toString(port)));
    command.addAll(options);
    return new MillraceProcess(ChildProcess.start(place, name, command, environment), port);
  }

  /** Asks a project that does not run; returns CSV lines without the header. */
  static List<String> ask(Workplace place, Path project, List<String> options, String sql)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(launcher(place), "sql", project.toString(), sql, "--format", "csv"));
    command.addAll(options);
    try (ChildProcess child = ChildProcess.start(place, "millrace-sql", command, Map.of())) {
      child.join(Duration.ofMinutes(1));
      List<String> lines = child.lines();
      return lines.subList(1, lines.size());
    }
  }

  private static String launcher(Workplace place) {
    return place.root().resolve("millrace").toString();
  }

  ChildProcess process() {
    return process;
  }

  /** The rows of a query, or empty while it cannot be asked yet. */
  Optional<JsonNode> query(String sql) throws InterruptedException {
    try {
      String body = JSON.writeValueAsString(Map.of("sql", sql));
      HttpRequest request =
          HttpRequest.newBuilder(query)
              .header("Content-Type", "application/json")
              .timeout(Duration.ofSeconds(10))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == 200
          ? Optional.ofNullable(JSON.readTree(response.body()).get("rows"))
          : Optional.empty();
    } catch (IOException e) {
      // Not listening yet.
      return Optional.empty();
    }
  }

  /** The first value of a query's first row as a number, or 0 while there is none. */
  long number(String sql) throws InterruptedException {
    return query(sql).map(rows -> rows.path(0).path(0).asLong(0)).orElse(0L);
  }

  /** As the other, above 0. */
  long awaitPositive(String sql, Duration limit) throws InterruptedException {
    return awaitAbove(0, sql, limit);
  }

  /**
   * Waits until a query's first value is above a number, and returns when: nanoseconds of this JVM.
   * Asks only so often that answering does not keep the process from its work.
   */
  long awaitAbove(long number, String sql, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < end) {
      if (number(sql) > number) {
        return System.nanoTime();
      }
      if (!process.isAlive()) {
        throw new IllegalStateException("millrace ended early; see benchmarks/target/runs");
      }
      Thread.sleep(50);
    }
    throw new IllegalStateException("no result of `" + sql + "` within " + limit);
  }

  /** Ends it as Ctrl-C does. */
  @Override
  public void close() {
    try {
      process.interrupt(Duration.ofSeconds(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.close();
    }
  }
}
