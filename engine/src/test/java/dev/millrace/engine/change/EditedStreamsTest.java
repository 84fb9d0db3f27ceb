package dev.millrace.engine.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stream holds after an edit is its query over what was admitted, whatever came between. */
class EditedStreamsTest {
  private static final String CUSTOMERS =
      "name: customers, changes: upsert, key: [id],"
          + " columns: [{name: id, type: VARCHAR}, {name: tier, type: INTEGER}]";
  private static final String HUGE = "100000000000000000000000000000000000000::HUGEINT";

  @TempDir Path folder;

  private static String[] customers(int from, int to, int tier) {
    List<String> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      records.add("c" + i);
      records.add("{\"id\": \"c" + i + "\", \"tier\": " + tier + "}");
    }
    return records.toArray(String[]::new);
  }

  /** A fill of change data that failed leaves nothing behind that the next one would take for its own. */
  @Test
  void aFillOfChangeDataStartsAnew() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(CUSTOMERS);
      project.stream("tiers", "SELECT sum(tier) AS n FROM {{ source('shop', 'customers') }}");
      project.send("shop.customers", customers(0, 50, 2));
      project.run();
      assertThat(project.rows("FROM tiers")).containsExactly("100");
      project.stream(
          "tiers", "SELECT sum(" + HUGE + " + tier) AS n FROM {{ source('shop', 'customers') }}");
      assertThat(project.runUntilStopped()).contains("stream `tiers`");
      project.stream(
          "tiers", "SELECT sum(tier) AS n, count(*) AS c FROM {{ source('shop', 'customers') }}");
      project.run();
      assertThat(project.rows("FROM tiers")).containsExactly("100|50");
      assertThat(
              project.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'state'"))
          .noneMatch(t -> t.contains("~") || t.startsWith("filling"));
    }
  }
}
