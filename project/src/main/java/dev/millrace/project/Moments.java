package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Optional;

/** Reads points in time as people write them: {@code 2026-01-01 10:00:00}. */
final class Moments {
  private static final DateTimeFormatter FORMAT =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendLiteral('T')
          .optionalEnd()
          .optionalStart()
          .appendLiteral(' ')
          .optionalEnd()
          .appendPattern("HH:mm")
          .optionalStart()
          .appendPattern(":ss")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
          .optionalEnd()
          .optionalEnd()
          .optionalStart()
          .appendLiteral(' ')
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HH:mm", "Z")
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HH", "Z")
          .optionalEnd()
          .toFormatter(Locale.ROOT);

  private Moments() {}

  /**
   * An instant; empty, with a problem, if the text is none.
   *
   * @param zone of a text without an offset
   */
  static Optional<Instant> read(String text, SourceLocation where, ZoneId zone, Problems problems) {
    try {
      TemporalAccessor read =
          FORMAT.parseBest(text.strip(), OffsetDateTime::from, LocalDateTime::from);
      return Optional.of(
          read instanceof OffsetDateTime exact
              ? exact.toInstant()
              : LocalDateTime.from(read).atZone(zone).toInstant());
    } catch (DateTimeException e) {
      problems.error(
          ProjectError.BAD_VALUE,
          where,
          "`" + text + "` is no point in time",
          "write it as `2026-01-01 10:00:00`, with `+02:00` behind it for another time zone");
      return Optional.empty();
    }
  }
}
