package dev.millrace.dbt.run;

import dev.millrace.dbt.context.EventTime;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A batch of a microbatch model.
 *
 * @param start in UTC, within it
 * @param end in UTC, not within it
 * @param text what people call it
 */
record Batch(ZonedDateTime start, ZonedDateTime end, String text) {
  /** A batch that an earlier build has planned. */
  static Batch of(BatchSize size, EventTime time) {
    ZonedDateTime start = time.start().atZone(ZoneOffset.UTC);
    return new Batch(start, time.end().atZone(ZoneOffset.UTC), size.text(start));
  }

  EventTime eventTime() {
    return new EventTime(start.toLocalDateTime(), end.toLocalDateTime());
  }

  /** What {@code model.batch.id} is. */
  String id() {
    return text.replace("-", "");
  }

  /**
   * The batches to run.
   *
   * @param begin of the model, for a first run
   * @param lookback how many batches before the newest are run again
   * @param incremental whether the model's table is there and goes on
   * @param from {@code --event-time-start}
   * @param to {@code --event-time-end}
   * @param now the end if {@code to} is empty
   * @throws IllegalArgumentException if the model has no {@code begin} and needs one
   */
  static List<Batch> plan(
      BatchSize size,
      Optional<ZonedDateTime> begin,
      long lookback,
      boolean incremental,
      Optional<ZonedDateTime> from,
      Optional<ZonedDateTime> to,
      ZonedDateTime now) {
    ZonedDateTime end = size.ceiling(to.orElse(now));
    ZonedDateTime start;
    if (from.isPresent()) {
      start = size.floor(from.get());
    } else if (!incremental) {
      start =
          size.floor(
              begin.orElseThrow(() -> new IllegalArgumentException("the model has no `begin`")));
    } else {
      // The end is where a batch begins, so the newest batch is the one before it.
      start = size.plus(end, -(lookback + 1));
    }
    List<Batch> batches = new ArrayList<>();
    for (ZonedDateTime at = start; batches.isEmpty() || at.isBefore(end); at = size.plus(at, 1)) {
      batches.add(new Batch(at, size.plus(at, 1), size.text(at)));
    }
    Batch last = batches.remove(batches.size() - 1);
    batches.add(new Batch(last.start(), end, last.text()));
    return batches;
  }

  /** A time as YAML and the command line have it; without a zone it is in UTC. */
  static Optional<ZonedDateTime> time(@Nullable Object value) {
    if (value == null) {
      return Optional.empty();
    }
    String text = String.valueOf(value).strip().replace(' ', 'T');
    try {
      if (text.indexOf('T') < 0) {
        return Optional.of(LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC));
      }
      boolean zoned = text.endsWith("Z") || text.matches(".*T.*[+-]\\d{2}(:?\\d{2})?");
      return Optional.of(
          zoned
              ? OffsetDateTime.parse(text).atZoneSameInstant(ZoneOffset.UTC)
              : LocalDateTime.parse(text).atZone(ZoneOffset.UTC));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
