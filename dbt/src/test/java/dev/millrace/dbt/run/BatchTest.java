package dev.millrace.dbt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is expected is what dbt 1.10's MicrobatchBuilder says. */
class BatchTest {
  private static final ZonedDateTime NOW = ZonedDateTime.parse("2024-03-05T16:06:00Z");

  private static List<String> plan(
      BatchSize size,
      boolean incremental,
      @Nullable String begin,
      @Nullable String from,
      @Nullable String to) {
    return Batch.plan(
            size, Batch.time(begin), 1, incremental, Batch.time(from), Batch.time(to), NOW)
        .stream()
        .map(b -> b.start() + ".." + b.end())
        .toList();
  }

  @Test
  void aFirstRunBeginsWhereTheModelSays() {
    assertThat(plan(BatchSize.DAY, false, "2024-03-04", null, null))
        .containsExactly(
            "2024-03-04T00:00Z..2024-03-05T00:00Z", "2024-03-05T00:00Z..2024-03-06T00:00Z");
    assertThat(plan(BatchSize.MONTH, false, "2024-01-31", null, null)).hasSize(3);
    assertThat(plan(BatchSize.YEAR, false, "2023-06-01", null, null))
        .containsExactly(
            "2023-01-01T00:00Z..2024-01-01T00:00Z", "2024-01-01T00:00Z..2025-01-01T00:00Z");
    assertThatThrownBy(() -> plan(BatchSize.DAY, false, null, null, null))
        .hasMessageContaining("no `begin`");
  }

  @Test
  void laterRunsLookBack() {
    assertThat(plan(BatchSize.HOUR, true, null, null, null))
        .containsExactly(
            "2024-03-05T15:00Z..2024-03-05T16:00Z", "2024-03-05T16:00Z..2024-03-05T17:00Z");
  }

  @Test
  void aRangeIsTakenAsGiven() {
    assertThat(plan(BatchSize.DAY, true, null, "2024-01-01T10:00:00", "2024-01-03"))
        .containsExactly(
            "2024-01-01T00:00Z..2024-01-02T00:00Z", "2024-01-02T00:00Z..2024-01-03T00:00Z");
  }

  @Test
  void batchesHaveNames() {
    Batch batch =
        Batch.plan(
                BatchSize.HOUR, Optional.empty(), 0, true, Optional.empty(), Optional.empty(), NOW)
            .get(0);
    assertThat(batch.text()).isEqualTo("2024-03-05T16");
    assertThat(batch.id()).isEqualTo("20240305T16");
  }
}
