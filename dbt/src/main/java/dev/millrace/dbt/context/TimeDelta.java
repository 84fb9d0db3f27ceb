package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Arithmetic;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.PythonError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code timedelta}.
 *
 * @param micros microseconds, may be negative
 */
record TimeDelta(long micros) implements Attributes, Arithmetic, Comparable<TimeDelta> {
  private static final long SECOND = 1_000_000L;
  private static final long DAY = 86_400 * SECOND;
  private static final List<String> UNITS =
      List.of("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks");
  private static final long[] SIZES = {DAY, SECOND, 1, 1000, 60 * SECOND, 3600 * SECOND, 7 * DAY};

  /** {@code timedelta(days=1, hours=2)}. */
  static TimeDelta of(Arguments arguments) {
    double total = 0;
    for (String name : arguments.keywords().keySet()) {
      if (!UNITS.contains(name)) {
        throw PythonError.type("timedelta() has no argument '" + name + "'");
      }
    }
    for (int i = 0; i < SIZES.length; i++) {
      total += Numbers.toDouble(arguments.get(i, UNITS.get(i), 0L)) * SIZES[i];
    }
    return new TimeDelta(Math.round(total));
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "days" -> Math.floorDiv(micros, DAY);
      case "seconds" -> Math.floorMod(micros, DAY) / SECOND;
      case "microseconds" -> Math.floorMod(micros, SECOND);
      case "total_seconds" -> (Callable) arguments -> micros / (double) SECOND;
      default -> ABSENT;
    };
  }

  @Override
  public @Nullable Object operate(String operator, @Nullable Object other, boolean reversed) {
    if (other instanceof TimeDelta delta) {
      return switch (operator) {
        case "+" -> new TimeDelta(micros + delta.micros);
        case "-" -> new TimeDelta(micros - delta.micros);
        case "/" -> micros / (double) delta.micros;
        case "//" -> Math.floorDiv(micros, delta.micros);
        default -> null;
      };
    }
    if (other != null && Numbers.isNumber(other)) {
      return switch (operator) {
        case "*" -> new TimeDelta(Math.round(micros * Numbers.toDouble(other)));
        case "/", "//" ->
            reversed ? null : new TimeDelta(Math.round(micros / Numbers.toDouble(other)));
        default -> null;
      };
    }
    return null;
  }

  @Override
  public int compareTo(TimeDelta other) {
    return Long.compare(micros, other.micros);
  }

  @Override
  public String typeName() {
    return "datetime.timedelta";
  }

  @Override
  public String toString() {
    long days = Math.floorDiv(micros, DAY);
    long rest = Math.floorMod(micros, DAY);
    long seconds = rest / SECOND;
    String time =
        String.format("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60)
            + (rest % SECOND == 0 ? "" : String.format(".%06d", rest % SECOND));
    return days == 0 ? time : days + (Math.abs(days) == 1 ? " day, " : " days, ") + time;
  }
}
