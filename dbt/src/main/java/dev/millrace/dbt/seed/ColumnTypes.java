package dev.millrace.dbt.seed;

import dev.millrace.dbt.seed.SeedColumn.Kind;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What each column may still be, after the values that were looked at. */
final class ColumnTypes {
  private static final Pattern DATE = Pattern.compile("(\\d{4})-(\\d{1,2})-(\\d{1,2})");
  private static final Pattern DATE_TIME =
      Pattern.compile("(\\d{4})-(\\d{1,2})-(\\d{1,2}) +(\\d{1,2}):(\\d{1,2}):(\\d{1,2})");
  private static final Pattern ISO =
      Pattern.compile(
          "[+-]?\\d{4,6}-?\\d{2}-?\\d{2}T\\d{2}(:?\\d{2}(:?\\d{2}([.,]\\d+)?)?)?"
              + "(Z|[+-]\\d{2}(:?\\d{2})?)?");
  private static final BigDecimal INTEGER_MAX = BigDecimal.valueOf(Integer.MAX_VALUE);
  private static final BigDecimal INTEGER_MIN = BigDecimal.valueOf(Integer.MIN_VALUE);

  private final boolean[] number;
  private final boolean[] fraction;
  private final boolean[] large;
  private final boolean[] date;
  private final boolean[] dateTime;
  private final boolean[] iso;
  private final boolean[] bool;

  ColumnTypes(int columns) {
    number = all(columns);
    date = all(columns);
    dateTime = all(columns);
    iso = all(columns);
    bool = all(columns);
    fraction = new boolean[columns];
    large = new boolean[columns];
  }

  private static boolean[] all(int columns) {
    boolean[] all = new boolean[columns];
    java.util.Arrays.fill(all, true);
    return all;
  }

  void look(int column, String field) {
    if (!(number[column] || date[column] || dateTime[column] || iso[column] || bool[column])) {
      return;
    }
    String value = field.strip();
    if (value.isEmpty() || value.equalsIgnoreCase("null")) {
      return;
    }
    if (number[column]) {
      lookAtNumber(column, value);
    }
    date[column] = date[column] && isDate(value);
    dateTime[column] = dateTime[column] && isDateTime(value);
    iso[column] = iso[column] && ISO.matcher(value).matches();
    bool[column] = bool[column] && isBoolean(value);
  }

  private void lookAtNumber(int column, String value) {
    String plain = NumberText.plain(value);
    if (plain == null) {
      number[column] = false;
    } else if (!fraction[column]) {
      char last = plain.charAt(plain.length() - 1);
      if (plain.length() > 9
          || last < '0'
          || last > '9'
          || plain.indexOf('.') >= 0
          || plain.indexOf('e') >= 0
          || plain.indexOf('E') >= 0) {
        lookAtSize(column, plain);
      }
    }
  }

  private void lookAtSize(int column, String plain) {
    if (Character.isLetter(plain.charAt(plain.length() - 1))) {
      // Neither infinity nor NaN has decimal places, but only a double can be one.
      fraction[column] = true;
      return;
    }
    BigDecimal exact = new BigDecimal(plain);
    fraction[column] = exact.stripTrailingZeros().scale() > 0;
    large[column] |= exact.compareTo(INTEGER_MAX) > 0 || exact.compareTo(INTEGER_MIN) < 0;
  }

  private static boolean isBoolean(String value) {
    String plain = value.replace(",", "").strip().toLowerCase(Locale.ROOT);
    return plain.equals("true") || plain.equals("false");
  }

  private static boolean isDate(String value) {
    Matcher parts = DATE.matcher(value);
    return parts.matches() && exists(parts, false);
  }

  private static boolean isDateTime(String value) {
    Matcher parts = DATE_TIME.matcher(value);
    return parts.matches() && exists(parts, true);
  }

  private static boolean exists(Matcher parts, boolean time) {
    try {
      LocalDate.of(number(parts, 1), number(parts, 2), number(parts, 3));
      if (time) {
        LocalTime.of(number(parts, 4), number(parts, 5), number(parts, 6));
      }
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  private static int number(Matcher parts, int group) {
    return Integer.parseInt(parts.group(group));
  }

  /** The first of dbt's types that all values fit; one without values is an integer. */
  SeedColumn column(int column, String name) {
    if (number[column]) {
      String type = fraction[column] ? "float8" : large[column] ? "bigint" : "integer";
      return new SeedColumn(name, type, Kind.NUMBER);
    }
    if (date[column]) {
      return new SeedColumn(name, "date", Kind.DATE);
    }
    if (dateTime[column] || iso[column]) {
      return new SeedColumn(name, "timestamp without time zone", Kind.DATETIME);
    }
    return bool[column]
        ? new SeedColumn(name, "boolean", Kind.BOOLEAN)
        : new SeedColumn(name, "text", Kind.TEXT);
  }
}
