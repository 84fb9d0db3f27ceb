package dev.millrace.dbt.run;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/** How much time one batch of a microbatch model covers; times are in UTC. */
enum BatchSize {
  HOUR(ChronoUnit.HOURS, "uuuu-MM-dd'T'HH"),
  DAY(ChronoUnit.DAYS, "uuuu-MM-dd"),
  MONTH(ChronoUnit.MONTHS, "uuuu-MM"),
  YEAR(ChronoUnit.YEARS, "uuuu");

  private final ChronoUnit unit;
  private final DateTimeFormatter format;

  BatchSize(ChronoUnit unit, String format) {
    this.unit = unit;
    this.format = DateTimeFormatter.ofPattern(format, Locale.ROOT);
  }

  static Optional<BatchSize> of(String name) {
    for (BatchSize size : values()) {
      if (size.name().equalsIgnoreCase(name)) {
        return Optional.of(size);
      }
    }
    return Optional.empty();
  }

  /** The beginning of the batch that the time is in. */
  ZonedDateTime floor(ZonedDateTime time) {
    ZonedDateTime utc = time.withZoneSameInstant(ZoneOffset.UTC);
    return switch (this) {
      case HOUR, DAY -> utc.truncatedTo(unit);
      case MONTH -> utc.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1);
      case YEAR -> utc.truncatedTo(ChronoUnit.DAYS).withDayOfYear(1);
    };
  }

  /** The beginning of the next batch, or the time itself if a batch begins with it. */
  ZonedDateTime ceiling(ZonedDateTime time) {
    ZonedDateTime floor = floor(time);
    return floor.isEqual(time) ? floor : plus(floor, 1);
  }

  /** The beginning of the batch so many batches later. */
  ZonedDateTime plus(ZonedDateTime time, long batches) {
    return floor(time).plus(batches, unit);
  }

  /** The batch's beginning as people read it: {@code 2024-09-17T16}, {@code 2024-09}. */
  String text(ZonedDateTime start) {
    return format.format(start);
  }
}
