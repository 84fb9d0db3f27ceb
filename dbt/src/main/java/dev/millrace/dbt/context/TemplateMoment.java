package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code datetime}.
 *
 * @param local the date and time
 * @param zone null for a naive one
 */
record TemplateMoment(LocalDateTime local, @Nullable ZoneId zone) implements Attributes {
  static TemplateMoment of(Instant instant) {
    return new TemplateMoment(LocalDateTime.ofInstant(instant, ZoneOffset.UTC), ZoneOffset.UTC);
  }

  /** Date and time with a space between; microseconds only if there are some. */
  static String text(LocalDateTime local) {
    String text =
        local.toLocalDate()
            + String.format(
                " %02d:%02d:%02d", local.getHour(), local.getMinute(), local.getSecond());
    int micros = local.getNano() / 1000;
    return micros == 0 ? text : text + String.format(".%06d", micros);
  }

  @Override
  public @Nullable Object attribute(String name) {
    return ABSENT;
  }
}
