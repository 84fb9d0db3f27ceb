package dev.millrace.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs a copy of a project for some seconds and looks at its page, as a person would, and builds a
 * small dbt project. The launcher calls it after a build and keeps the classes that it loaded, so
 * that later starts need not read and check them again.
 */
final class Rehearsal {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String SQL = "SELECT count(*) FROM system.sources";

  /** A dbt project with one of each that most builds have: files by their names. */
  private static final Map<String, String> DBT =
      Map.of(
          "dbt_project.yml",
          """
          name: rehearsal
          version: "1.0"
          models: {+tags: [all]}
          """,
          "seeds/raw.csv",
          "id,name\n1,one\n2,two\n",
          "macros/shout.sql",
          "{% macro shout(column, times=1) %}upper({{ column }} || '{{ '!' * times }}'){% endmacro %}",
          "models/staged.sql",
          "{{ config(materialized='view') }} select id, {{ shout('name') }} as name from {{ ref('raw') }}",
          "models/kept.sql",
          """
          {{ config(materialized='incremental', unique_key='id') }}
          select * from {{ ref('staged') }}
          {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
          """,
          "models/names.sql",
          "{{ config(materialized='table') }} select name, count(*) as n from {{ ref('kept') }} group by 1",
          "models/models.yml",
          """
          models:
            - name: kept
              columns:
                - name: id
                  data_tests: [unique, not_null]
          """);

  private final Path project;
  private final Path dbt;
  private final URI page;

  private Rehearsal(Path folder, int port) {
    this.project = folder.resolve("project");
    this.dbt = folder.resolve("dbt");
    this.page = URI.create("http://127.0.0.1:" + port);
  }

  /** Rehearses the project whose folder is the first argument, and ends the process. */
  public static void main(String[] arguments) throws IOException {
    Thread limit = new Thread(Rehearsal::endAfterLimit, "rehearsal-limit");
    limit.setDaemon(true);
    limit.start();
    Path folder = Files.createTempDirectory("millrace-rehearsal");
    int code;
    try {
      Rehearsal rehearsal = new Rehearsal(folder, freePort());
      copy(Path.of(arguments[0]), rehearsal.project);
      for (Map.Entry<String, String> file : DBT.entrySet()) {
        Path path = rehearsal.dbt.resolve(file.getKey());
        Files.createDirectories(path.resolveSibling("."));
        Files.writeString(path, file.getValue());
      }
      code = rehearsal.run();
    } finally {
      delete(folder);
    }
    System.exit(code);
  }

  private int run() {
    Thread visitor = new Thread(this::visit, "rehearsal-visitor");
    visitor.setDaemon(true);
    visitor.start();
    String port = Integer.toString(page.getPort());
    int code = millrace("run", project.toString(), "--port", port, "--for", "4s");
    millrace("sql", project.toString(), SQL);
    millrace("check", project.toString());
    millrace("build", dbt.toString());
    millrace("build", dbt.toString());
    millrace("ls", dbt.toString());
    return code;
  }

  private static int millrace(String... arguments) {
    return Millrace.command().execute(arguments);
  }

  private void visit() {
    HttpClient browser = HttpClient.newHttpClient();
    List<String> pages =
        List.of("/", "/app.js", "/api/project", "/api/status", "/metrics", "/api/dashboards/ads");
    try {
      while (!answers(browser, "/healthz")) {
        Thread.sleep(50);
      }
      HttpRequest query =
          HttpRequest.newBuilder(page.resolve("/api/query"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{\"sql\": \"" + SQL + "\"}"))
              .build();
      while (true) {
        browser.send(query, BodyHandlers.discarding());
        for (String path : pages) {
          answers(browser, path);
        }
        Thread.sleep(500);
      }
    } catch (IOException | InterruptedException e) {
      // The run has ended.
    }
  }

  private boolean answers(HttpClient browser, String path)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(page.resolve(path)).build();
    try {
      return browser.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (java.net.ConnectException e) {
      return false;
    }
  }

  private static void endAfterLimit() {
    try {
      Thread.sleep(LIMIT.toMillis());
    } catch (InterruptedException e) {
      return;
    }
    System.err.println("the rehearsal did not end within " + LIMIT);
    Runtime.getRuntime().halt(Millrace.PROBLEMS);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Copies a project without what it has stored. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path relative = from.relativize(file);
        if (!relative.startsWith(".millrace")) {
          Path copy = to.resolve(relative.toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
