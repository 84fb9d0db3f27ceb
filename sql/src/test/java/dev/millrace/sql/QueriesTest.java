package dev.millrace.sql;

import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Law 1 for lists of queries, {@code queries/*.sql}, an empty line between two: each is kept up to
 * date over random rows in random batches, is read by another stream, and is compared with its
 * result after every batch. They read the sources {@code s.a} and {@code s.b}, whose keys, values
 * and times may be null or equal, and {@code ra} and {@code rb}, whose rows are taken back. Some
 * share a pipeline, so that rows are admitted once for all of them.
 */
@Tag("slow")
class QueriesTest {
  private static final int TOGETHER = 8;

  /** Queries of a list that follow each other. */
  record Listed(String file, int first, List<String> queries) {
    @Override
    public String toString() {
      return file + ": " + (first + 1) + " to " + (first + queries.size());
    }
  }

  static Stream<Listed> queries() throws IOException, URISyntaxException {
    Path folder =
        Path.of(Objects.requireNonNull(QueriesTest.class.getResource("/queries")).toURI());
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList().stream().flatMap(QueriesTest::read);
    }
  }

  private static Stream<Listed> read(Path file) {
    try {
      List<String> all =
          Stream.of(Files.readString(file).split("\n\\s*\n")).map(String::strip).toList();
      return IntStream.range(0, (all.size() + TOGETHER - 1) / TOGETHER)
          .map(i -> i * TOGETHER)
          .mapToObj(
              i ->
                  new Listed(
                      file.getFileName().toString(),
                      i,
                      all.subList(i, Math.min(all.size(), i + TOGETHER))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("queries")
  void stayEqual(Listed listed) throws Exception {
    long seed = Seeds.next("QueriesTest " + listed);
    Random random = new Random(seed);
    try (Pipeline pipeline = new Pipeline("UTC", random.nextInt(4) > 0)) {
      pipeline.source(
          "s.a", "k INTEGER, x INTEGER, g VARCHAR, z DOUBLE, t TIMESTAMPTZ", "t", "20 seconds");
      pipeline.source(
          "s.b", "k INTEGER, y BIGINT, h VARCHAR, z DOUBLE, s TIMESTAMPTZ", "s", "5 seconds");
      pipeline.stream("ra", "SELECT k, sum(x) AS v, max(t) AS t FROM s.a GROUP BY k", false);
      pipeline.stream("rb", "SELECT k, sum(y) AS v, max(s) AS s FROM s.b GROUP BY k", false);
      for (int i = 0; i < listed.queries.size(); i++) {
        add(pipeline, i, listed.queries.get(i));
      }
      pipeline.execute("SET threads = 1");
      pipeline.execute("SELECT setseed(" + random.nextDouble() + ")");
      for (int batch = 0; batch < 6; batch++) {
        Map<String, String> rows = new HashMap<>();
        if (random.nextInt(4) > 0) {
          rows.put("s.a", rows(random, batch, "g"));
        }
        if (random.nextInt(4) > 0) {
          rows.put("s.b", rows(random, batch, "h"));
        }
        pipeline.batch(rows, random.nextBoolean());
        pipeline.check();
      }
    } catch (Exception | AssertionError e) {
      StringBuilder message = new StringBuilder("-Dmillrace.seed=" + seed);
      for (int i = 0; i < listed.queries.size(); i++) {
        message.append("\nq").append(i).append(": ").append(listed.queries.get(i));
      }
      throw new AssertionError(message + "\n" + e.getMessage(), e);
    }
  }

  private static void add(Pipeline pipeline, int number, String query) throws SQLException {
    try {
      pipeline.stream("q" + number, query, false);
      pipeline.stream("n" + number, "SELECT count(*) AS n FROM q" + number, false);
    } catch (QueryException e) {
      throw new AssertionError(query + "\n" + e.problems(), e);
    }
  }

  private static String rows(Random random, int batch, String text) {
    String time =
        "TIMESTAMPTZ '2026-11-21 10:00:00' + to_seconds("
            + batch
            + " * 15 + (random() * 40)::INTEGER - 20)";
    return """
    SELECT CASE WHEN random() < 0.15 THEN NULL ELSE (random() * 5)::INTEGER END,
      CASE WHEN random() < 0.15 THEN NULL ELSE (random() * 4)::INTEGER END,
      CASE (random() * 4)::INTEGER WHEN 0 THEN 'a' WHEN 1 THEN 'b' WHEN 2 THEN 'c' END AS %s,
      CASE (random() * 6)::INTEGER WHEN 0 THEN NULL WHEN 1 THEN 'NaN'::DOUBLE WHEN 2 THEN -0.0::DOUBLE
        ELSE (random() * 4)::INTEGER / 2 END,
      %s
    FROM range(%d)
    """
        .formatted(text, time, random.nextInt(random.nextInt(3) == 0 ? 3 : 10));
  }
}
