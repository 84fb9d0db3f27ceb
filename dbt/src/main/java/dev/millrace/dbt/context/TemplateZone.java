package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.PythonError;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * A time zone as pytz has it.
 *
 * @param zone the JDK's
 */
record TemplateZone(ZoneId zone) implements Attributes {
  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "zone" -> toString();
      case "localize" ->
          Members.function(
              "localize(dt, is_dst=False)", a -> new TemplateMoment(local(a[0], "localize"), zone));
      case "normalize" ->
          Members.function(
              "normalize(dt, is_dst=False)",
              a -> {
                if (a[0] instanceof TemplateMoment moment && moment.zone() != null) {
                  LocalDateTime here =
                      moment
                          .local()
                          .atZone(moment.zone())
                          .withZoneSameInstant(zone)
                          .toLocalDateTime();
                  return new TemplateMoment(here, zone);
                }
                throw PythonError.value("Naive time - no tzinfo set");
              });
      default -> ABSENT;
    };
  }

  private static LocalDateTime local(@Nullable Object value, String function) {
    if (value instanceof TemplateMoment moment && moment.zone() == null) {
      return moment.local();
    }
    throw PythonError.value(
        value instanceof TemplateMoment
            ? "Not naive datetime (tzinfo is already set)"
            : function + "() takes a datetime");
  }

  @Override
  public String typeName() {
    return "tzinfo";
  }

  @Override
  public String toString() {
    return zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId();
  }
}
