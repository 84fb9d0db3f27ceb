package dev.millrace.connect.generator;

import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.SourceRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes events at the pace of the clock, or as fast as they are taken. The records depend on the
 * configuration alone, and on when a live run began and paused; not on how they are polled.
 */
final class GeneratorSource implements Source {
  private static final int MAX_RECORDS = 10_000;
  private static final long MAX_BYTES = 4 << 20;
  private static final long TICK_NANOS = 2_000_000;

  private final SourcePlan plan;
  private final Clock clock;
  private final Timeline timeline;
  private final Arrivals arrivals;
  private final RecordWriter writer = new RecordWriter();
  private final boolean paced;
  private final long paceFrom;
  private final long paceOffset;
  private final @Nullable FileDrops drops;

  private boolean isCommitted = true;
  private OptionalLong idleAsOf = OptionalLong.empty();

  /** Before the first event that is in no file yet. */
  private String filed;

  GeneratorSource(SourcePlan plan, SourceContext context) {
    this.plan = plan;
    this.clock = context.clock();
    Optional<GeneratorPosition> position = context.position().flatMap(GeneratorPosition::parse);
    Optional<GeneratorPosition> same =
        position.filter(p -> p.fingerprint().equals(plan.fingerprint()));
    long now = nowMicros();
    boolean isFirst = position.isEmpty();
    this.timeline =
        same.map(p -> new Timeline(numbers(p.firstNumbers()), p.shifts(), plan.end()))
            .orElseGet(
                () ->
                    new Timeline(
                        // A changed configuration goes on with numbers that were not used yet.
                        numbers(position.map(GeneratorPosition::nextNumbers).orElse(Map.of())),
                        List.of(
                            new Timeline.Shift(
                                0, plan.start().orElse(now - (isFirst ? plan.history() : 0)))),
                        plan.end()));
    this.arrivals =
        new Arrivals(
            plan,
            timeline,
            same.map(GeneratorPosition::bucket).orElse(0L),
            same.map(GeneratorPosition::consumed).orElse(0));
    boolean live = plan.start().isEmpty();
    this.paced = live || plan.speed() > 0;
    long here = arrivals.hasNext() ? arrivals.arrival() : 0;
    if (live && same.isPresent() && !plan.catchUp()) {
      timeline.shift(here, now - here, plan.horizon());
    }
    this.paceFrom = live ? 0 : here;
    this.paceOffset = live ? timeline.offset() : now;
    this.drops =
        plan.drops().isEmpty()
            ? null
            : new FileDrops(
                plan.drops(),
                context.folder(),
                plan.dropEvery(),
                timeline,
                arrivals.hasNext() ? here / plan.dropEvery() : Long.MAX_VALUE);
    this.filed = position().text();
  }

  private long[] numbers(Map<String, Long> byName) {
    long[] numbers = new long[plan.streams().size()];
    for (StreamPlan root : plan.roots()) {
      numbers[root.ordinal()] = byName.getOrDefault(root.name(), 0L);
    }
    return numbers;
  }

  private long nowMicros() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
  }

  /** How far the run has come by the clock, in its microseconds. */
  private long due() {
    if (!paced) {
      return Long.MAX_VALUE;
    }
    long passed = nowMicros() - paceOffset;
    return plan.start().isEmpty() ? passed : paceFrom + (long) (passed * plan.speed());
  }

  @Override
  public SourceBatch poll(Duration wait) {
    long begun = System.nanoTime();
    long deadline = begun + wait.toNanos();
    List<SourceRecord> records = new ArrayList<>();
    for (boolean isFirst = true; ; isFirst = false) {
      boolean more = take(due(), records);
      if (isFirst) {
        boolean isIdle = plan.hasPast() && paced && isCommitted && records.isEmpty();
        idleAsOf = isIdle ? OptionalLong.of(begun) : OptionalLong.empty();
      }
      isCommitted &= records.isEmpty();
      long left = deadline - System.nanoTime();
      if (!records.isEmpty() || !more || left <= 0) {
        return new SourceBatch(records, behind(), !more);
      }
      if (!sleep(Math.min(left, TICK_NANOS))) {
        return new SourceBatch(records, behind(), false);
      }
    }
  }

  private String behind() {
    return drops == null ? position().text() : filed;
  }

  @Override
  public void committed() {
    isCommitted = true;
    if (drops != null) {
      drops.publish();
    }
  }

  /** A source that makes up for the past is idle once it has; what is to come is nobody's yet. */
  @Override
  public OptionalLong idleAsOf() {
    return idleAsOf;
  }

  /** Takes what is due; false if nothing will ever follow. */
  private boolean take(long due, List<SourceRecord> records) {
    return drops == null ? takeRecords(due, records) : takeRows(due, drops);
  }

  private boolean takeRows(long due, FileDrops files) {
    for (int rows = 0; arrivals.hasNext(); rows++) {
      long arrival = arrivals.arrival();
      if (files.isOver(Math.min(arrival, due))) {
        files.next(Math.min(arrival, due));
        filed = position().text();
      }
      if (arrival > due || rows >= MAX_RECORDS) {
        return true;
      }
      Event event = arrivals.event();
      files.add(event.stream(), writer.value(event));
      arrivals.advance();
    }
    files.next(Long.MAX_VALUE);
    filed = position().text();
    return false;
  }

  private boolean takeRecords(long due, List<SourceRecord> records) {
    Instant timestamp = clock.instant();
    long bytes = 0;
    while (arrivals.hasNext()) {
      if (arrivals.arrival() > due || records.size() >= MAX_RECORDS || bytes >= MAX_BYTES) {
        return true;
      }
      Event event = arrivals.event();
      byte[] value = writer.value(event);
      bytes += value.length;
      records.add(new SourceRecord(event.stream().name(), writer.key(event), value, timestamp));
      arrivals.advance();
    }
    return false;
  }

  private static boolean sleep(long nanos) {
    try {
      Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private GeneratorPosition position() {
    Map<String, Long> first = new TreeMap<>();
    Map<String, Long> next = new TreeMap<>();
    for (StreamPlan root : plan.roots()) {
      first.put(root.name(), timeline.firstNumber(root));
      next.put(root.name(), arrivals.nextNumber(root));
    }
    return new GeneratorPosition(
        plan.fingerprint(), arrivals.bucket(), arrivals.consumed(), first, next, timeline.shifts());
  }

  @Override
  public void close() {
    // Holds nothing outside the heap.
  }
}
