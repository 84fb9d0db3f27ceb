package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Arithmetic;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Signature;
import dev.millrace.jinja.value.Tuple;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code datetime}.
 *
 * @param local the date and time
 * @param zone null for a naive one
 */
record TemplateMoment(LocalDateTime local, @Nullable ZoneId zone)
    implements Attributes, Arithmetic, Comparable<TemplateMoment> {
  static TemplateMoment of(Instant instant) {
    return new TemplateMoment(
        LocalDateTime.ofInstant(instant, ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS),
        ZoneOffset.UTC);
  }

  /** Date and time with a space between; microseconds only if there are some. */
  static String text(LocalDateTime local) {
    return text(local, " ");
  }

  private static String text(LocalDateTime local, String separator) {
    int micros = local.getNano() / 1000;
    return local.toLocalDate()
        + separator
        + String.format("%02d:%02d:%02d", local.getHour(), local.getMinute(), local.getSecond())
        + (micros == 0 ? "" : String.format(".%06d", micros));
  }

  private String text(String separator) {
    return text(local, separator) + (zone == null ? "" : Strftime.offset(local, zone));
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "year" -> (long) local.getYear();
      case "month" -> (long) local.getMonthValue();
      case "day" -> (long) local.getDayOfMonth();
      case "hour" -> (long) local.getHour();
      case "minute" -> (long) local.getMinute();
      case "second" -> (long) local.getSecond();
      case "microsecond" -> (long) local.getNano() / 1000;
      case "tzinfo" -> zone == null ? null : new TemplateZone(zone);
      case "date" -> (Callable) arguments -> new TemplateDate(local.toLocalDate());
      case "time" -> (Callable) arguments -> text(local).substring(11);
      case "timestamp" -> (Callable) arguments -> micros() / 1e6;
      case "strftime" ->
          Members.function(
              "strftime(format)", a -> Strftime.format(local, zone, Printing.str(a[0])));
      case "isoformat" ->
          Members.function(
              "isoformat(sep='T', timespec='auto')", a -> isoFormat(Printing.str(a[0]), a[1]));
      case "astimezone" -> Members.function("astimezone(tz=None)", a -> inZone(a[0]));
      case "replace" ->
          Members.function(
              "replace(year=?, month=?, day=?, hour=?, minute=?, second=?, microsecond=?,"
                  + " tzinfo=?)",
              this::replace);
      case "utcoffset" ->
          (Callable)
              arguments ->
                  zone == null
                      ? null
                      : new TimeDelta(
                          zone.getRules().getOffset(local).getTotalSeconds() * 1_000_000L);
      case "weekday" -> (Callable) arguments -> local.getDayOfWeek().getValue() - 1L;
      case "isoweekday" -> (Callable) arguments -> (long) local.getDayOfWeek().getValue();
      case "isocalendar" -> (Callable) arguments -> isoCalendar(local);
      case "toordinal" -> (Callable) arguments -> local.toLocalDate().toEpochDay() + 719_163;
      default -> ABSENT;
    };
  }

  static Tuple isoCalendar(LocalDateTime time) {
    return Tuple.of(
        (long) time.get(IsoFields.WEEK_BASED_YEAR),
        (long) time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR),
        (long) time.getDayOfWeek().getValue());
  }

  private String isoFormat(String separator, @Nullable Object precision) {
    String offset = zone == null ? "" : Strftime.offset(local, zone);
    return switch (Printing.str(precision)) {
      case "hours" -> text(local, separator).substring(0, 13) + offset;
      case "minutes" -> text(local, separator).substring(0, 16) + offset;
      case "seconds" -> text(local, separator).substring(0, 19) + offset;
      case "milliseconds" ->
          text(local, separator).substring(0, 19)
              + String.format(".%03d", local.getNano() / 1_000_000)
              + offset;
      case "microseconds" ->
          text(local, separator).substring(0, 19)
              + String.format(".%06d", local.getNano() / 1000)
              + offset;
      default -> text(separator);
    };
  }

  private long micros() {
    return ChronoUnit.MICROS.between(
        Instant.EPOCH, local.atZone(zone == null ? ZoneId.systemDefault() : zone).toInstant());
  }

  /** The same moment elsewhere; a naive one is in the machine's zone, as in Python. */
  private TemplateMoment inZone(@Nullable Object target) {
    ZoneId own = zone == null ? ZoneId.systemDefault() : zone;
    ZoneId wanted = target instanceof TemplateZone given ? given.zone() : ZoneId.systemDefault();
    return new TemplateMoment(
        local.atZone(own).withZoneSameInstant(wanted).toLocalDateTime(), wanted);
  }

  private static int or(@Nullable Object given, int own) {
    return given == Signature.ABSENT ? own : Numbers.toInt(given);
  }

  private TemplateMoment replace(@Nullable Object[] a) {
    try {
      LocalDateTime replaced =
          LocalDateTime.of(
              or(a[0], local.getYear()),
              or(a[1], local.getMonthValue()),
              or(a[2], local.getDayOfMonth()),
              or(a[3], local.getHour()),
              or(a[4], local.getMinute()),
              or(a[5], local.getSecond()),
              or(a[6], local.getNano() / 1000) * 1000);
      return new TemplateMoment(
          replaced,
          a[7] == Signature.ABSENT
              ? zone
              : a[7] instanceof TemplateZone given ? given.zone() : null);
    } catch (java.time.DateTimeException e) {
      throw PythonError.value(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public @Nullable Object operate(String operator, @Nullable Object other, boolean reversed) {
    if (other instanceof TimeDelta delta) {
      return switch (operator) {
        case "+" -> new TemplateMoment(local.plus(delta.micros(), ChronoUnit.MICROS), zone);
        case "-" ->
            reversed
                ? null
                : new TemplateMoment(local.minus(delta.micros(), ChronoUnit.MICROS), zone);
        default -> null;
      };
    }
    if (operator.equals("-") && other instanceof TemplateMoment moment) {
      checkAlike(moment);
      return new TimeDelta(between(moment));
    }
    return null;
  }

  private void checkAlike(TemplateMoment other) {
    if ((zone == null) != (other.zone == null)) {
      throw PythonError.type("can't compare offset-naive and offset-aware datetimes");
    }
  }

  private long between(TemplateMoment earlier) {
    return zone == null || earlier.zone == null
        ? ChronoUnit.MICROS.between(earlier.local, local)
        : ChronoUnit.MICROS.between(earlier.local.atZone(earlier.zone), local.atZone(zone));
  }

  @Override
  public int compareTo(TemplateMoment other) {
    checkAlike(other);
    return Long.signum(between(other));
  }

  @Override
  public String typeName() {
    return "datetime.datetime";
  }

  @Override
  public String toString() {
    return text(" ");
  }
}
