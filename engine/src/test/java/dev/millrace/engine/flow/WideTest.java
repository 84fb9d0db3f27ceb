package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand columns: in a source, in a stream of all of them, and in a table that is looked up.
 */
class WideTest {
  private static final int COLUMNS = 1_000;

  @TempDir Path folder;

  @Test
  void aThousandColumns() throws Exception {
    String[] columns =
        IntStream.rangeClosed(0, COLUMNS)
            .mapToObj(i -> i == COLUMNS ? "at TIMESTAMPTZ" : "c" + i + " INTEGER")
            .toArray(String[]::new);
    try (FlowHarness flow =
        new FlowHarness(folder, Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC))
                .source("wide", "rows", "at", Duration.ofSeconds(10), Optional.empty(), columns)
                .table("names", columns)
                .stream("everything", "SELECT * FROM wide.rows")
                .stream("last", "SELECT c0, max(c999) AS c999 FROM wide.rows GROUP BY c0")
                .stream(
                    "joined",
                    "SELECT r.*, n.c998 AS looked_up FROM wide.rows r LEFT JOIN names n ON r.c0 = n.c0")
                .open()) {
      flow.build(
          "CREATE TABLE names AS SELECT "
              + IntStream.range(0, COLUMNS)
                  .mapToObj(i -> "(x + " + i + ")::INTEGER AS c" + i)
                  .collect(Collectors.joining(", "))
              + ", NULL::TIMESTAMPTZ AS at FROM range(2, 4) t(x)");
      flow.batch(Map.of("wide.rows", List.of(record(1), record(2))));
      flow.batch(Map.of("wide.rows", List.of(record(2), record(3))));
      assertThat(flow.runner().fallbacks()).isZero();
      assertThat(flow.rows("SELECT c0, c500, c999 FROM everything"))
          .containsExactly("1|501|1000", "2|502|1001", "2|502|1001", "3|503|1002");
      assertThat(
              flow.rows(
                  "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'everything' AND schema_name = 'main'"))
          .hasSize(1)
          .first()
          .asString()
          .contains(String.valueOf(COLUMNS + 1));
      assertThat(flow.rows("FROM last")).containsExactly("1|1000", "2|1001", "3|1002");
      assertThat(flow.rows("SELECT c0, c999, looked_up FROM joined"))
          .containsExactly("1|1000|null", "2|1001|1000", "2|1001|1000", "3|1002|1001");
    }
  }

  private static String record(int first) {
    return IntStream.range(0, COLUMNS)
        .mapToObj(i -> "\"c" + i + "\":" + (first + i))
        .collect(Collectors.joining(",", "{", ",\"at\":\"2026-01-01T11:00:00Z\"}"));
  }
}
