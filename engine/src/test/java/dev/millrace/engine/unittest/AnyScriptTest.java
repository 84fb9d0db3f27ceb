package dev.millrace.engine.unittest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.unittest.UnitTestResult.Outcome;
import dev.millrace.testing.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However rows are split into batches, and wherever the store restarts, the table is the same. */
class AnyScriptTest {
  private static final int SCRIPTS = 12;

  @TempDir Path folder;

  @Test
  void anySplitOfTheSameRowsGivesTheSameTable() throws Exception {
    Random random = Seeds.random("AnyScriptTest.anySplitOfTheSameRowsGivesTheSameTable");
    List<String> rows = new ArrayList<>();
    int[] orders = new int[3];
    for (int i = 0; i < 30; i++) {
      int minute = random.nextInt(3);
      orders[minute]++;
      rows.add(
          "{id: o%d, product: tea, amount: %d, ordered_at: 2026-01-01 10:0%d:%02d}"
              .formatted(i, 1 + random.nextInt(9), minute, random.nextInt(60)));
    }
    StringBuilder expected = new StringBuilder("  expect:\n    rows:\n");
    for (int minute = 0; minute < 3; minute++) {
      expected.append(
          "      - {minute: 2026-01-01 10:0%d:00, orders: %d}\n".formatted(minute, orders[minute]));
    }
    StringBuilder tests = new StringBuilder();
    for (int script = 0; script < SCRIPTS; script++) {
      Collections.shuffle(rows, random);
      tests.append("- name: script_").append(script).append("\n  model: minutes\n  steps:\n");
      int next = 0;
      while (next < rows.size()) {
        int end = Math.min(rows.size(), next + 1 + random.nextInt(12));
        String restart = next > 0 && random.nextInt(6) == 0 ? "restart: true\n      " : "";
        tests.append("    - ").append(restart).append("given:\n");
        tests.append("        - input: source('shop', 'orders')\n          rows:\n");
        for (; next < end; next++) {
          tests.append("            - ").append(rows.get(next)).append('\n');
        }
      }
      tests.append(expected);
    }
    TestProject shop = new TestProject(folder);
    // So late that no order of the rows makes one of them late.
    shop.file("sources/shop.yml", sources()).tests(tests.toString());
    var results = shop.run();
    assertThat(results).hasSize(SCRIPTS);
    results.forEach(
        (name, result) ->
            assertThat(result.outcome())
                .as("%s: %s %s\n%s", name, TestProject.lines(result), result.notes(), tests)
                .isEqualTo(Outcome.PASSED));
  }

  private static String sources() {
    return """
        sources:
          - name: shop
            streams:
              - name: orders
                event_time: ordered_at
                allowed_lateness: 1 hour
                columns:
                  - {name: id, type: VARCHAR}
                  - {name: product, type: VARCHAR}
                  - {name: amount, type: "DECIMAL(10,2)"}
                  - {name: ordered_at, type: TIMESTAMPTZ}
              - name: payments
                event_time: paid_at
                columns:
                  - {name: id, type: VARCHAR}
                  - {name: paid_at, type: TIMESTAMPTZ}
        """;
  }
}
