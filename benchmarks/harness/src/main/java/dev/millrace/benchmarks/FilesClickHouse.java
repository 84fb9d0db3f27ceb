package dev.millrace.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;

/** The ClickHouse that a running project embeds, asked over HTTP as by any other client. */
final class FilesClickHouse {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Path data;

  /** That of a project; it need not run yet. */
  FilesClickHouse(Path project) {
    this.data = project.resolve(".millrace");
  }

  /** The first line of an answer, or empty while it cannot be asked. */
  Optional<String> ask(String sql) throws InterruptedException {
    try {
      HttpResponse<String> answer = send(sql, HttpRequest.BodyPublishers.noBody());
      return answer.statusCode() == 200 ? answer.body().lines().findFirst() : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The first value of an answer, 0 while there is none. */
  long number(String sql) throws InterruptedException {
    return ask(sql).map(Long::parseLong).orElse(0L);
  }

  /** Runs a statement with what it reads; a failure is an error. */
  void run(String sql, HttpRequest.BodyPublisher body) throws IOException, InterruptedException {
    HttpResponse<String> answer = send(sql, body);
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("ClickHouse: " + answer.body());
    }
  }

  private HttpResponse<String> send(String sql, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    Properties ports = new Properties();
    try (Reader reader = Files.newBufferedReader(data.resolve("ports"))) {
      ports.load(reader);
    }
    String query = URLEncoder.encode(sql, StandardCharsets.UTF_8);
    return http.send(
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%s/?date_time_input_format=best_effort&query=%s"
                        .formatted(ports.getProperty("clickhouse", "0"), query)))
            .header("X-ClickHouse-User", "default")
            .header(
                "X-ClickHouse-Key", Files.readString(data.resolve("clickhouse/password")).strip())
            .timeout(Duration.ofMinutes(2))
            .POST(body)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
