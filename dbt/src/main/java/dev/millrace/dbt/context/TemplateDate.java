package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Arithmetic;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.Signature;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code date}.
 *
 * @param date the day
 */
record TemplateDate(LocalDate date) implements Attributes, Arithmetic, Comparable<TemplateDate> {
  private static final long DAY = 86_400_000_000L;

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "year" -> (long) date.getYear();
      case "month" -> (long) date.getMonthValue();
      case "day" -> (long) date.getDayOfMonth();
      case "isoformat" -> (Callable) arguments -> date.toString();
      case "strftime" ->
          Members.function(
              "strftime(format)",
              a -> Strftime.format(date.atStartOfDay(), null, Printing.str(a[0])));
      case "weekday" -> (Callable) arguments -> date.getDayOfWeek().getValue() - 1L;
      case "isoweekday" -> (Callable) arguments -> (long) date.getDayOfWeek().getValue();
      case "isocalendar" -> (Callable) arguments -> TemplateMoment.isoCalendar(date.atStartOfDay());
      case "toordinal" -> (Callable) arguments -> date.toEpochDay() + 719_163;
      case "replace" ->
          Members.function(
              "replace(year=?, month=?, day=?)",
              a ->
                  new TemplateDate(
                      LocalDate.of(
                          a[0] == Signature.ABSENT ? date.getYear() : Numbers.toInt(a[0]),
                          a[1] == Signature.ABSENT ? date.getMonthValue() : Numbers.toInt(a[1]),
                          a[2] == Signature.ABSENT ? date.getDayOfMonth() : Numbers.toInt(a[2]))));
      default -> ABSENT;
    };
  }

  @Override
  public @Nullable Object operate(String operator, @Nullable Object other, boolean reversed) {
    if (other instanceof TimeDelta delta) {
      long days = Math.floorDiv(delta.micros(), DAY);
      return switch (operator) {
        case "+" -> new TemplateDate(date.plusDays(days));
        case "-" -> reversed ? null : new TemplateDate(date.minusDays(days));
        default -> null;
      };
    }
    return operator.equals("-") && other instanceof TemplateDate earlier
        ? new TimeDelta(ChronoUnit.DAYS.between(earlier.date, date) * DAY)
        : null;
  }

  @Override
  public int compareTo(TemplateDate other) {
    return date.compareTo(other.date);
  }

  @Override
  public String typeName() {
    return "datetime.date";
  }

  @Override
  public String toString() {
    return date.toString();
  }
}
