package dev.millrace.connect.generator;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.OptionalLong;

/** Reads times as people write them. */
final class Times {
  private Times() {}

  /**
   * Microseconds since 1970 of a date, a time with a zone, or a time without one (then UTC); empty
   * if the text is none of them.
   */
  static OptionalLong parse(String text) {
    String iso = text.trim().replace(' ', 'T');
    try {
      if (iso.length() == 10) {
        return OptionalLong.of(LocalDate.parse(iso).toEpochDay() * 86_400_000_000L);
      }
      boolean zone = iso.endsWith("Z") || iso.lastIndexOf('+') > 10 || iso.lastIndexOf('-') > 10;
      Instant instant =
          zone
              ? OffsetDateTime.parse(iso).toInstant()
              : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
      return OptionalLong.of(instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000);
    } catch (DateTimeException e) {
      return OptionalLong.empty();
    }
  }
}
