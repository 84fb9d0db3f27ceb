package dev.millrace.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ticks, above all where clocks change: Berlin's went on to 03:00 on 2026-03-29, back on 10-25. */
class CronScheduleTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static List<String> ticks(String cron, String after, int count) {
    Schedule schedule = CronSchedule.parse(cron, BERLIN);
    List<String> ticks = new ArrayList<>();
    Instant at = Instant.parse(after);
    for (int i = 0; i < count; i++) {
      at = schedule.next(at).orElseThrow();
      ticks.add(at.toString());
    }
    return ticks;
  }

  @Test
  void isDueAtLocalTime() {
    assertThat(ticks("0 6 * * MON-FRI", "2026-11-27T05:00:00Z", 3))
        .containsExactly("2026-11-30T05:00:00Z", "2026-12-01T05:00:00Z", "2026-12-02T05:00:00Z");
    assertThat(ticks("0 6 * * *", "2026-03-28T00:00:00Z", 2))
        .containsExactly("2026-03-28T05:00:00Z", "2026-03-29T04:00:00Z");
  }

  @Test
  void eitherDayCountsIfBothAreGiven() {
    assertThat(ticks("0 0 1 * 1", "2026-11-27T05:00:00Z", 3))
        .containsExactly("2026-11-29T23:00:00Z", "2026-11-30T23:00:00Z", "2026-12-06T23:00:00Z");
  }

  @Test
  void whatFallsIntoAGapComesOnceAsItEnds() {
    assertThat(ticks("30 2 * * *", "2026-03-28T12:00:00Z", 2))
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
    assertThat(ticks("*/20 2 * * *", "2026-03-28T12:00:00Z", 2))
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z");
  }

  @Test
  void whatFallsIntoAnOverlapComesOnce() {
    assertThat(ticks("30 2 * * *", "2026-10-24T12:00:00Z", 2))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    // Asked in the second pass.
    assertThat(ticks("30 2 * * *", "2026-10-25T01:10:00Z", 1))
        .containsExactly("2026-10-26T01:30:00Z");
  }

  @Test
  void whatIsForEveryHourGoesOnByElapsedTime() {
    assertThat(ticks("0 * * * *", "2026-03-28T23:30:00Z", 3))
        .containsExactly("2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z");
    assertThat(ticks("*/30 * * * *", "2026-10-24T23:59:00Z", 5))
        .containsExactly(
            "2026-10-25T00:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T02:00:00Z");
  }

  @Test
  void newestIsTheLastOfThem() {
    Schedule schedule = CronSchedule.parse("30 2 * * *", BERLIN);
    Instant upTo = Instant.parse("2026-11-27T12:00:00Z");
    assertThat(schedule.newest(Instant.parse("2020-01-01T00:00:00Z"), upTo))
        .contains(Instant.parse("2026-11-27T01:30:00Z"));
    assertThat(schedule.newest(Instant.parse("2026-11-27T01:30:00Z"), upTo)).isEmpty();
    assertThat(
            CronSchedule.parse("0 0 29 2 *", BERLIN)
                .newest(Instant.parse("2020-01-01T00:00:00Z"), upTo))
        .contains(Instant.parse("2024-02-28T23:00:00Z"));
  }

  @Test
  void periodsAreMultiplesSince1970() {
    Schedule schedule = new Schedule.Every(Duration.ofMinutes(10), "10 minutes");
    Instant at = Instant.parse("2026-11-27T05:03:00Z");
    assertThat(schedule.next(at)).contains(Instant.parse("2026-11-27T05:10:00Z"));
    assertThat(schedule.next(Instant.parse("2026-11-27T05:10:00Z")))
        .contains(Instant.parse("2026-11-27T05:20:00Z"));
    assertThat(schedule.newest(at.minusSeconds(60), at)).isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "* * * *", "61 * * * *", "0 24 * * *", "a b c d e", "0 0 30 2 *", "@daily"})
  void othersAreNone(String text) {
    assertThatThrownBy(() -> CronSchedule.parse(text, BERLIN))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .isNotBlank();
  }
}
