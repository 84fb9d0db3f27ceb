package dev.millrace.jinja;

import dev.millrace.jinja.value.Conversions;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Operators;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters of numbers. */
final class NumberFilters {
  private static final String[] DECIMAL = {"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
  private static final String[] BINARY = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};

  static final Map<String, Filter> ALL =
      new FilterTable()
          .add("abs()", (e, v, a) -> Conversions.abs(v))
          .add("int(default=0, base=10)", (e, v, a) -> toInt(v, a[0], Numbers.toInt(a[1])))
          .add("float(default=?)", (e, v, a) -> toFloat(v, a[0]))
          .add("round(precision=0, method='common')", (e, v, a) -> round(v, a[0], a[1]))
          .add("filesizeformat(binary=False)", (e, v, a) -> fileSize(v, Operators.truth(a[0])))
          .build();

  private NumberFilters() {}

  private static @Nullable Object toInt(
      @Nullable Object value, @Nullable Object fallback, int base) {
    try {
      return value instanceof CharSequence text
          ? Conversions.parseInt(text.toString(), base)
          : Conversions.toInt(value);
    } catch (PythonError e) {
      if (e.type().equals("UndefinedError")) {
        throw e;
      }
    }
    try {
      return Conversions.toInt(Conversions.toFloat(value));
    } catch (PythonError e) {
      return fallback;
    }
  }

  private static @Nullable Object toFloat(@Nullable Object value, @Nullable Object fallback) {
    try {
      return Conversions.toFloat(value);
    } catch (PythonError e) {
      if (e.type().equals("UndefinedError")) {
        throw e;
      }
      return fallback == dev.millrace.jinja.value.Signature.ABSENT ? (Object) 0.0 : fallback;
    }
  }

  private static Object round(
      @Nullable Object value, @Nullable Object precision, @Nullable Object method) {
    int digits = Numbers.toInt(precision);
    String how = Printing.str(method);
    if (how.equals("common")) {
      return Conversions.round(value, digits);
    }
    if (!how.equals("ceil") && !how.equals("floor")) {
      throw new PythonError("FilterArgumentError", "method must be common, ceil or floor");
    }
    double factor = Math.pow(10, digits);
    double scaled = (Double) Conversions.toFloat(value) * factor;
    return (how.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / factor;
  }

  private static String fileSize(@Nullable Object value, boolean binary) {
    double bytes = (Double) Conversions.toFloat(value);
    int base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return "1 Byte";
    }
    if (bytes < base) {
      return (long) bytes + " Bytes";
    }
    String[] units = binary ? BINARY : DECIMAL;
    double unit = base;
    int i = 0;
    while (i < units.length - 1 && bytes >= unit * base) {
      unit *= base;
      i++;
    }
    BigDecimal shown = new BigDecimal(bytes / unit).setScale(1, RoundingMode.HALF_EVEN);
    return String.format(Locale.ROOT, "%s %s", shown.toPlainString(), units[i]);
  }
}
