package dev.millrace.connect.generator;

import static dev.millrace.connect.generator.Generated.block;
import static dev.millrace.connect.generator.Generated.open;
import static dev.millrace.connect.generator.Generated.texts;
import static dev.millrace.connect.generator.Listening.january;
import static dev.millrace.connect.generator.Listening.streams;
import static dev.millrace.connect.generator.Listening.visits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceRecord;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.option.Options;
import dev.millrace.connect.generator.Listening.Visit;
import dev.millrace.testing.ManualClock;
import dev.millrace.testing.Seeds;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ActorsTest {
  private static final Duration NONE = Duration.ZERO;
  private static final Object[] UNTIDY = {
    "disorder",
    "3 seconds",
    "late",
    block("share", "2%", "by", block("from", "1 minute", "to", "5 minutes")),
    "duplicates",
    block("share", "2%", "within", "10 minutes"),
    "malformed",
    "1%"
  };

  @Test
  void theSameSeedIsTheSameService() {
    List<String> once = texts(Generated.all(january(3), streams()));
    assertThat(once).hasSizeGreaterThan(2_000);
    assertThat(once).isEqualTo(texts(Generated.all(january(3), streams())));
    Options other =
        Listening.options(Map.of("start", "2026-01-01", "end", "2026-01-04", "seed", 43L));
    assertThat(once).isNotEqualTo(texts(Generated.all(other, streams())));
  }

  @Test
  void resumedAnywhereItGoesOnAsIfNothingHadHappened() {
    Random random = Seeds.random("resumed anywhere");
    List<StreamDeclaration> streams = streams(UNTIDY);
    List<String> expected = texts(Generated.all(january(20), streams));
    assertThat(expected).hasSizeGreaterThan(20_000);
    List<String> resumed = new ArrayList<>();
    Optional<String> position = Optional.empty();
    boolean ended = false;
    while (!ended) {
      try (Source source = open(january(20), streams, position, Clock.systemUTC())) {
        for (int polls = 1 + random.nextInt(2); polls > 0 && !ended; polls--) {
          SourceBatch batch = source.poll(NONE);
          resumed.addAll(texts(batch.records()));
          position = Optional.of(batch.position());
          ended = batch.ended();
        }
        // What is taken and not committed comes again.
        source.poll(NONE);
      }
    }
    assertThat(resumed).isEqualTo(expected);
  }

  @Test
  void resumedAtEveryMomentOfALiveRun() {
    Random random = Seeds.random("live");
    Options live = Listening.options(Map.of("history", Duration.ofDays(1)));
    Instant begin = Instant.parse("2026-03-04T12:00:00Z");
    List<String> expected = texts(liveRun(live, begin, new Random(0), 0));
    assertThat(expected).hasSizeGreaterThan(1_000);
    assertThat(texts(liveRun(live, begin, random, 4))).isEqualTo(expected);
  }

  /** Two days, of which one is history; opened again after one in so many polls. */
  private static List<SourceRecord> liveRun(
      Options options, Instant begin, Random random, int reopened) {
    ManualClock clock = new ManualClock(begin);
    List<SourceRecord> records = new ArrayList<>();
    Source source = open(options, streams(UNTIDY), Optional.empty(), clock);
    while (clock.instant().isBefore(begin.plus(Duration.ofDays(1)))) {
      SourceBatch batch = source.poll(NONE);
      records.addAll(batch.records());
      if (reopened > 0 && random.nextInt(reopened) == 0) {
        source.close();
        // A pause is made up for.
        clock.advance(Duration.ofMinutes(random.nextInt(90)));
        source = open(options, streams(UNTIDY), Optional.of(batch.position()), clock);
      }
      clock.advance(Duration.ofMinutes(7));
    }
    clock.set(begin.plus(Duration.ofDays(1)));
    SourceBatch last = source.poll(NONE);
    records.addAll(last.records());
    source.close();
    return records;
  }

  @Test
  void historyComesAtOnceInTheOrderOfTimeAndThenTheClockRules() {
    Instant now = Instant.parse("2026-03-04T12:00:00Z");
    ManualClock clock = new ManualClock(now);
    Options options = Listening.options(Map.of("history", Duration.ofDays(10)));
    try (Source source = open(options, streams(), Optional.empty(), clock)) {
      List<SourceRecord> records = new ArrayList<>();
      SourceBatch batch = source.poll(NONE);
      while (!batch.records().isEmpty()) {
        records.addAll(batch.records());
        batch = source.poll(NONE);
      }
      List<Visit> history = Listening.read(records);
      assertThat(history.get(0).at())
          .isBetween(now.minus(Duration.ofDays(10)), now.minus(Duration.ofDays(9)));
      assertThat(history.get(history.size() - 1).at())
          .isBetween(now.minus(Duration.ofMinutes(10)), now);
      assertThat(history).isSortedAccordingTo(Comparator.comparing(Visit::at));
      clock.advance(Duration.ofHours(1));
      List<Visit> hour = Listening.read(source.poll(NONE).records());
      assertThat(hour.size()).isBetween(20, 600);
      assertThat(hour)
          .allSatisfy(v -> assertThat(v.at()).isBetween(now, now.plus(Duration.ofHours(1))));
    }
  }

  @Test
  void whereActorsGoDependsOnWhatTheyAre() {
    Map<String, Map<String, Integer>> went = new HashMap<>();
    Map<Long, Visit> last = new HashMap<>();
    for (Visit visit : visits(january(28), streams())) {
      if (visit.stream().equals("plays")) {
        continue;
      }
      Visit before = last.put(visit.session(), visit);
      if (before != null) {
        assertThat(visit.item()).isEqualTo(before.item() + 1);
        went.computeIfAbsent(before.level() + " " + before.page(), k -> new HashMap<>())
            .merge(visit.page(), 1, Integer::sum);
      } else if (visit.at().isAfter(Instant.parse("2026-01-02T00:00:00Z"))) {
        // Others were under way when the simulation began.
        assertThat(visit.item()).isEqualTo(1);
        assertThat(visit.page()).isIn("Home", "Register");
      }
    }
    last.values()
        .forEach(
            v ->
                went.computeIfAbsent(v.level() + " " + v.page(), k -> new HashMap<>())
                    .merge("end", 1, Integer::sum));
    assertShares(
        went.getOrDefault("free Home", Map.of()),
        Map.of("Play", 0.70, "Upgrade", 0.05, "end", 0.25));
    assertShares(
        went.getOrDefault("paid Home", Map.of()), Map.of("Play", 0.90, "Leave", 0.02, "end", 0.08));
    assertShares(went.getOrDefault("free Play", Map.of()), Map.of("Play", 0.60, "Home", 0.40));
    assertShares(went.getOrDefault("paid Upgrade", Map.of()), Map.of("Home", 1.0));
    assertThat(went).doesNotContainKey("free Upgrade").doesNotContainKey("free Leave");
  }

  /** Within five standard deviations, and what the end of the simulation cuts off. */
  private static void assertShares(Map<String, Integer> counts, Map<String, Double> expected) {
    double all = counts.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(all).isGreaterThan(100);
    expected.forEach(
        (page, share) ->
            assertThat(counts.getOrDefault(page, 0) / all)
                .as("%s of %s", page, counts)
                .isCloseTo(share, within(5 * Math.sqrt(share * (1 - share) / all) + 0.005)));
  }

  @Test
  void levelsLastAndWhoLeavesIsGone() {
    Map<String, String> levels = new HashMap<>();
    Set<String> gone = new HashSet<>();
    int upgrades = 0;
    for (Visit visit : visits(january(28), streams())) {
      assertThat(gone).doesNotContain(visit.user());
      if (visit.page().equals("Upgrade")) {
        upgrades++;
        levels.put(visit.user(), "paid");
      }
      assertThat(visit.level()).isEqualTo(levels.computeIfAbsent(visit.user(), u -> visit.level()));
      if (visit.page().equals("Leave")) {
        gone.add(visit.user());
      }
    }
    assertThat(upgrades).isGreaterThan(100);
    assertThat(gone).hasSizeGreaterThan(50);
  }

  @Test
  void signUpsGrowAndLifetimesEnd() {
    Options growing =
        january(28, "population", 100, "signups", block("per_day", 20, "growth", "5%"));
    Map<Instant, Integer> days = new TreeMap<>();
    Set<String> users = new HashSet<>();
    for (Visit visit : visits(growing, streams())) {
      if (visit.page().equals("Register")) {
        assertThat(visit.registered()).isEqualTo(visit.at());
        assertThat(users.add(visit.user())).isTrue();
        days.merge(visit.at().truncatedTo(ChronoUnit.DAYS), 1, Integer::sum);
      } else if (!users.contains(visit.user())) {
        assertThat(visit.registered()).isBefore(Instant.parse("2026-01-01T00:00:00Z"));
      }
    }
    List<Integer> counts = List.copyOf(days.values());
    assertThat(counts).hasSize(28);
    int first = counts.subList(0, 7).stream().mapToInt(i -> i).sum();
    int fourth = counts.subList(21, 28).stream().mapToInt(i -> i).sum();
    // 20 a day in the middle of the first day, 5% more on each: 7 days are 166, and 3 weeks later
    // 463.
    assertThat(first).isBetween(155, 178);
    assertThat(fourth / (double) first).isCloseTo(Math.pow(1.05, 21), within(0.3));

    Options shortLived =
        january(28, "signups", block("per_day", 0), "lifetime", "10 days", "population", 200);
    assertThat(visits(shortLived, streams()))
        .isNotEmpty()
        .allSatisfy(v -> assertThat(v.at()).isBefore(Instant.parse("2026-01-11T06:00:00Z")));
  }

  @Test
  void nightsAndWeekendsAreQuiet() {
    List<Integer> hours = new ArrayList<>(Collections.nCopies(24, 1));
    hours.set(3, 0);
    hours.set(20, 4);
    Map<String, Object> sessions =
        block(
            "between", "10 hours",
            "first", block("Home", 1),
            "rhythm", block("hours", hours, "days", List.of(1, 1, 1, 1, 1, 0.25, 0.25)));
    int[] begun = new int[24];
    int[] byDay = new int[7];
    for (Visit visit : visits(january(28, "sessions", sessions), streams())) {
      if (visit.item() == 1 && visit.stream().equals("views")) {
        begun[visit.at().atOffset(ZoneOffset.UTC).getHour()]++;
        byDay[visit.at().atOffset(ZoneOffset.UTC).getDayOfWeek().getValue() - 1]++;
      }
    }
    int all = Arrays.stream(begun).sum();
    assertThat(all).isGreaterThan(5_000);
    assertThat(begun[3]).isZero();
    // 22 hours of weight 1 and one of weight 4.
    assertThat(begun[20] / (double) all).isCloseTo(4 / 26.0, within(0.02));
    assertThat(begun[10] / (double) all).isCloseTo(1 / 26.0, within(0.01));
    assertThat((byDay[5] + byDay[6]) / (double) all).isCloseTo(0.5 / 5.5, within(0.02));
  }

  @Test
  void songsByPopularityLastAsLongAsTheyDo() {
    Map<String, Integer> plays = new HashMap<>();
    Map<String, Double> lengths = new HashMap<>();
    Map<Long, Visit> last = new HashMap<>();
    for (Visit visit : visits(january(20), streams())) {
      Visit before = last.get(visit.session());
      if (visit.stream().equals("plays")) {
        plays.merge(visit.title(), 1, Integer::sum);
        assertThat(visit.seconds()).isBetween(100.0, 300.0);
        assertThat(lengths.computeIfAbsent(visit.title(), t -> visit.seconds()))
            .isEqualTo(visit.seconds());
      } else {
        if (before != null) {
          double passed = Duration.between(before.at(), visit.at()).toNanos() / 1e9;
          assertThat(passed).isCloseTo(before.seconds(), within(0.001));
          boolean plays1 = visit.page().equals("Play");
          assertThat(plays1 || visit.title().equals(before.title())).isTrue();
        }
        last.put(visit.session(), visit);
      }
    }
    int all = plays.values().stream().mapToInt(i -> i).sum();
    double norm = 0;
    for (int k = 1; k <= Listening.SONGS; k++) {
      norm += Math.pow(k, -0.9);
    }
    assertThat(all).isGreaterThan(5_000);
    assertThat(plays.getOrDefault("song-1", 0) / (double) all).isCloseTo(1 / norm, within(0.02));
    assertThat(plays.getOrDefault("song-10", 0) / (double) all)
        .isCloseTo(Math.pow(10, -0.9) / norm, within(0.01));
  }

  /** The aim is millions in seconds of one core. */
  @Test
  @Tag("slow")
  void millionsOfEventsOfHistoryInSeconds() {
    Options options =
        Listening.options(
            Map.of("start", "2026-01-01"), "population", 20_000, "signups", block("per_day", 500));
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long count = 0;
    String position = "";
    long begin = threads.getCurrentThreadCpuTime();
    try (Source source = open(options, streams(), Optional.empty(), Clock.systemUTC())) {
      while (count < 2_000_000) {
        SourceBatch batch = source.poll(NONE);
        count += batch.records().size();
        position = batch.position();
      }
    }
    double seconds = (threads.getCurrentThreadCpuTime() - begin) / 1e9;
    long again = threads.getCurrentThreadCpuTime();
    open(options, streams(), Optional.of(position), Clock.systemUTC()).close();
    double resumed = (threads.getCurrentThreadCpuTime() - again) / 1e9;
    System.out.printf("%.0f events/s, opened again in %.2f s%n", count / seconds, resumed);
    assertThat(count / seconds).isGreaterThan(100_000);
    assertThat(resumed).isLessThan(5);
  }
}
