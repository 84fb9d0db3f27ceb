package dev.millrace.engine.unittest;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.option.Option;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.engine.Programs;
import dev.millrace.log.KafkaSystem;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.project.UnitTestSpec;
import dev.millrace.sql.StreamCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A small project in a folder of its own, whose unit tests are run. */
final class TestProject {
  private final Path folder;

  /** Kafka's options; the connector itself is a module that the engine does not know. */
  private static final class Kafka implements Connector {
    @Override
    public String name() {
      return KafkaSystem.NAME;
    }

    @Override
    public String summary() {
      return "";
    }

    @Override
    public List<Option> systemOptions() {
      return KafkaSystem.OPTIONS;
    }
  }

  TestProject(Path folder) throws IOException {
    this.folder = folder;
    file("millrace.yml", "name: shop\ntargets: {dev: {kafka: embedded}}\n");
    file(
        "sources/shop.yml",
        """
        sources:
          - name: shop
            streams:
              - name: orders
                event_time: ordered_at
                allowed_lateness: 10 seconds
                unique: {key: id, within: 1 hour}
                columns:
                  - {name: id, type: VARCHAR}
                  - {name: product, type: VARCHAR}
                  - {name: amount, type: "DECIMAL(10,2)"}
                  - {name: tags, type: "VARCHAR[]"}
                  - {name: ordered_at, type: TIMESTAMPTZ}
              - name: payments
                event_time: paid_at
                columns:
                  - {name: id, type: VARCHAR}
                  - {name: paid_at, type: TIMESTAMPTZ}
        """);
    model(
        "clean",
        "{{ config(materialized='ephemeral') }} SELECT * FROM {{ source('shop', 'orders') }} WHERE amount > 0");
    model(
        "minutes",
        """
        {{ config(materialized='stream') }}
        SELECT product, time_bucket(INTERVAL 1 MINUTE, ordered_at) AS minute,
          count(*) AS orders, sum(amount) AS amount, avg(amount) AS average
        FROM {{ ref('clean') }} GROUP BY ALL
        """);
    model(
        "final_minutes",
        """
        {{ config(materialized='stream', emit='on_close') }}
        SELECT time_bucket(INTERVAL 1 MINUTE, ordered_at) AS minute, count(*) AS orders
        FROM {{ ref('clean') }} GROUP BY ALL
        """);
    model(
        "paid",
        """
        {{ config(materialized='stream') }}
        SELECT o.id, o.product, o.amount, o.ordered_at, p.paid_at
        FROM {{ ref('clean') }} o LEFT JOIN {{ source('shop', 'payments') }} p
          ON p.id = o.id AND p.paid_at BETWEEN o.ordered_at AND o.ordered_at + INTERVAL '{{ var("days", 1) }} DAY'
        """);
    model(
        "best",
        "SELECT product, sum(orders) AS orders FROM {{ ref('minutes') }} GROUP BY product HAVING sum(orders) > 1");
  }

  TestProject file(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
    return this;
  }

  TestProject model(String name, String sql) throws IOException {
    return file("models/" + name + ".sql", sql);
  }

  /** The unit tests of the project, in YAML. */
  TestProject tests(String yaml) throws IOException {
    return file("models/tests.yml", "unit_tests:\n" + yaml.indent(2));
  }

  Project load(Problems problems) {
    return new ProjectLoader(List.of(new Kafka()), new DbtTemplates(), Map.of())
        .load(folder, null, problems);
  }

  /** Every problem of the project and its tests, a line each. */
  List<String> problems() {
    Problems problems = new Problems();
    try (StreamCompiler compiler = StreamCompiler.open()) {
      prepare(compiler, problems).close();
      return problems.all().stream().map(Problem::toString).toList();
    } catch (MillraceException e) {
      return e.problems().stream().map(Problem::toString).toList();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private UnitTests prepare(StreamCompiler compiler, Problems problems) {
    Project project = load(problems);
    return UnitTests.prepare(
        project,
        project.unitTests(),
        Programs.compile(project, compiler, Map.of(), problems),
        compiler,
        problems);
  }

  /** Runs all tests; the results by name. */
  Map<String, UnitTestResult> run() throws IOException {
    Problems problems = new Problems();
    Map<String, UnitTestResult> results = new LinkedHashMap<>();
    try (StreamCompiler compiler = StreamCompiler.open();
        UnitTests tests = prepare(compiler, problems)) {
      problems.throwIfErrors();
      for (UnitTestSpec test : tests.tests()) {
        results.put(test.name(), tests.run(test));
      }
    }
    return results;
  }

  /** What is not as expected in a result, a line each. */
  static List<String> lines(UnitTestResult result) {
    List<String> lines = new ArrayList<>();
    for (UnitTestResult.Failure failure : result.failures()) {
      if (failure.diff().isEmpty()) {
        lines.add(failure.what() + ": " + failure.expected() + " / " + failure.actual());
      } else {
        failure.diff().get().lines().stream()
            .filter(l -> l.kind() != TableDiff.Kind.SAME)
            .forEach(
                l ->
                    lines.add(
                        failure.what()
                            + ": "
                            + l.kind()
                            + " "
                            + l.expected()
                            + " / "
                            + l.actual()));
      }
    }
    result.problems().forEach(p -> lines.add(p.toString()));
    return lines;
  }
}
