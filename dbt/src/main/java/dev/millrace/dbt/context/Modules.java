package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Signature;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code modules}: the parts of Python's library that macros use. */
final class Modules {
  static final Map<String, Object> ALL =
      Map.of(
          "datetime",
          Map.of(
              "datetime", new MomentClass(),
              "date", new DateClass(),
              "timedelta", (Callable) TimeDelta::of,
              "tzinfo", new Members("tzinfo"),
              "time", (Callable) Modules::time),
          "pytz",
          Map.of(
              "timezone",
              Members.function("timezone(zone)", a -> zone(Printing.str(a[0]))),
              "utc",
              new TemplateZone(ZoneOffset.UTC),
              "UTC",
              new TemplateZone(ZoneOffset.UTC),
              "all_timezones",
              ZoneId.getAvailableZoneIds().stream().sorted().toList()),
          "re",
          ReModule.ALL,
          "itertools",
          Itertools.ALL);

  private Modules() {}

  private static TemplateZone zone(String name) {
    try {
      return new TemplateZone(name.equalsIgnoreCase("UTC") ? ZoneOffset.UTC : ZoneId.of(name));
    } catch (DateTimeException e) {
      throw new PythonError("UnknownTimeZoneError", "there is no time zone '" + name + "'");
    }
  }

  private static Object time(Arguments arguments) {
    @Nullable Object[] a =
        Signature.of("time(hour=0, minute=0, second=0, microsecond=0)").bind(arguments);
    return TemplateMoment.text(
            LocalDate.EPOCH.atTime(
                Numbers.toInt(a[0]),
                Numbers.toInt(a[1]),
                Numbers.toInt(a[2]),
                Numbers.toInt(a[3]) * 1000))
        .substring(11);
  }

  private static <T> T checked(java.util.function.Supplier<T> make) {
    try {
      return make.get();
    } catch (DateTimeException e) {
      throw PythonError.value(String.valueOf(e.getMessage()));
    }
  }

  /** {@code datetime.datetime}. */
  private static final class MomentClass implements Callable, Attributes {
    private static final Signature NEW =
        Signature.of(
            "datetime(year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None)");

    @Override
    public Object call(Arguments arguments) {
      @Nullable Object[] a = NEW.bind(arguments);
      return checked(
          () ->
              new TemplateMoment(
                  LocalDateTime.of(
                      Numbers.toInt(a[0]),
                      Numbers.toInt(a[1]),
                      Numbers.toInt(a[2]),
                      Numbers.toInt(a[3]),
                      Numbers.toInt(a[4]),
                      Numbers.toInt(a[5]),
                      Numbers.toInt(a[6]) * 1000),
                  a[7] instanceof TemplateZone zone ? zone.zone() : null));
    }

    private static TemplateMoment now(@Nullable Object zone) {
      Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
      return zone instanceof TemplateZone given
          ? new TemplateMoment(LocalDateTime.ofInstant(now, given.zone()), given.zone())
          : new TemplateMoment(LocalDateTime.ofInstant(now, ZoneId.systemDefault()), null);
    }

    private static TemplateMoment utcNow() {
      return new TemplateMoment(
          LocalDateTime.ofInstant(Instant.now(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS),
          null);
    }

    private static TemplateMoment ofTimestamp(@Nullable Object seconds, @Nullable Object zone) {
      Instant instant =
          Instant.EPOCH.plus(Math.round(Numbers.toDouble(seconds) * 1e6), ChronoUnit.MICROS);
      ZoneId given = zone instanceof TemplateZone z ? z.zone() : null;
      return new TemplateMoment(
          LocalDateTime.ofInstant(instant, given == null ? ZoneId.systemDefault() : given), given);
    }

    private static TemplateMoment ofText(String text) {
      String iso = text.replaceFirst("^(\\d{4}-\\d\\d-\\d\\d) ", "$1T");
      return checked(
          () -> {
            if (iso.length() == 10) {
              return new TemplateMoment(LocalDate.parse(iso).atStartOfDay(), null);
            }
            if (iso.matches(".*(Z|[+-]\\d\\d:\\d\\d)")) {
              OffsetDateTime time = OffsetDateTime.parse(iso);
              return new TemplateMoment(time.toLocalDateTime(), time.getOffset());
            }
            return new TemplateMoment(LocalDateTime.parse(iso), null);
          });
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "now" -> Members.function("now(tz=None)", a -> now(a[0]));
        case "today" -> (Callable) arguments -> now(null);
        case "utcnow" -> (Callable) arguments -> utcNow();
        case "strptime" ->
            Members.function(
                "strptime(date_string, format)",
                a -> Strftime.parse(Printing.str(a[0]), Printing.str(a[1])));
        case "fromisoformat" ->
            Members.function("fromisoformat(date_string)", a -> ofText(Printing.str(a[0])));
        case "fromtimestamp" ->
            Members.function("fromtimestamp(timestamp, tz=None)", a -> ofTimestamp(a[0], a[1]));
        case "utcfromtimestamp" ->
            Members.function(
                "utcfromtimestamp(timestamp)",
                a ->
                    new TemplateMoment(
                        ofTimestamp(a[0], new TemplateZone(ZoneOffset.UTC)).local(), null));
        case "combine" ->
            Members.function(
                "combine(date, time)", a -> ofText(Printing.str(a[0]) + "T" + Printing.str(a[1])));
        case "min" -> new TemplateMoment(LocalDateTime.of(1, 1, 1, 0, 0), null);
        case "max" ->
            new TemplateMoment(LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000), null);
        default -> ABSENT;
      };
    }

    @Override
    public String typeName() {
      return "type";
    }
  }

  /** {@code datetime.date}. */
  private static final class DateClass implements Callable, Attributes {
    private static final Signature NEW = Signature.of("date(year, month, day)");

    @Override
    public Object call(Arguments arguments) {
      @Nullable Object[] a = NEW.bind(arguments);
      return checked(
          () ->
              new TemplateDate(
                  LocalDate.of(Numbers.toInt(a[0]), Numbers.toInt(a[1]), Numbers.toInt(a[2]))));
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "today" -> (Callable) arguments -> new TemplateDate(LocalDate.now());
        case "fromisoformat" ->
            Members.function(
                "fromisoformat(date_string)",
                a -> checked(() -> new TemplateDate(LocalDate.parse(Printing.str(a[0])))));
        default -> ABSENT;
      };
    }

    @Override
    public String typeName() {
      return "type";
    }
  }
}
