package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code strftime} and {@code strptime}, with English names. */
final class Strftime {
  private static final Pattern DIRECTIVE = Pattern.compile("%(-?)(.)", Pattern.DOTALL);

  private Strftime() {}

  static String format(LocalDateTime time, @Nullable ZoneId zone, String pattern) {
    Matcher matcher = DIRECTIVE.matcher(pattern);
    StringBuilder out = new StringBuilder();
    while (matcher.find()) {
      String text = directive(time, zone, matcher.group(2).charAt(0));
      String shown = matcher.group(1).isEmpty() ? text : text.replaceFirst("^0+(?=.)", "");
      matcher.appendReplacement(out, Matcher.quoteReplacement(shown));
    }
    return matcher.appendTail(out).toString();
  }

  private static String two(int number) {
    return String.format("%02d", number);
  }

  private static String directive(LocalDateTime time, @Nullable ZoneId zone, char letter) {
    return switch (letter) {
      case 'Y' -> String.format("%04d", time.getYear());
      case 'y' -> two(time.getYear() % 100);
      case 'm' -> two(time.getMonthValue());
      case 'd' -> two(time.getDayOfMonth());
      case 'H' -> two(time.getHour());
      case 'I' -> two((time.getHour() + 11) % 12 + 1);
      case 'M' -> two(time.getMinute());
      case 'S' -> two(time.getSecond());
      case 'f' -> String.format("%06d", time.getNano() / 1000);
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'j' -> String.format("%03d", time.getDayOfYear());
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case '%' -> "%";
      default -> combined(time, zone, letter);
    };
  }

  private static String combined(LocalDateTime time, @Nullable ZoneId zone, char letter) {
    int day = time.getDayOfWeek().getValue();
    return switch (letter) {
      case 'u' -> String.valueOf(day);
      case 'w' -> String.valueOf(day % 7);
      case 'U' -> two((time.getDayOfYear() + 6 - day % 7) / 7);
      case 'W' -> two((time.getDayOfYear() + 6 - (day - 1)) / 7);
      case 'V' -> two(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'G' -> String.valueOf(time.get(IsoFields.WEEK_BASED_YEAR));
      case 'D', 'x' -> format(time, zone, "%m/%d/%y");
      case 'F' -> format(time, zone, "%Y-%m-%d");
      case 'T', 'X' -> format(time, zone, "%H:%M:%S");
      case 'R' -> format(time, zone, "%H:%M");
      case 'c' ->
          format(time, zone, "%a %b ")
              + String.format("%2d", time.getDayOfMonth())
              + format(time, zone, " %H:%M:%S %Y");
      case 's' -> String.valueOf(time.atZone(zone == null ? ZoneOffset.UTC : zone).toEpochSecond());
      case 'z' -> zone == null ? "" : offset(time, zone).replace(":", "");
      case 'Z' -> zone == null ? "" : zoneName(time, zone);
      default -> "%" + letter;
    };
  }

  /** {@code +01:00}. */
  static String offset(LocalDateTime time, ZoneId zone) {
    String id = zone.getRules().getOffset(time).getId();
    return id.equals("Z") ? "+00:00" : id;
  }

  private static String zoneName(LocalDateTime time, ZoneId zone) {
    if (zone.equals(ZoneOffset.UTC)) {
      return "UTC";
    }
    return java.time.format.DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH)
        .format(time.atZone(zone));
  }

  /** The date and time that a text is by a pattern; a ValueError if it does not fit. */
  static TemplateMoment parse(String text, String pattern) {
    Map<Character, String> found = new HashMap<>();
    StringBuilder regex = new StringBuilder();
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '%' && i + 1 < pattern.length()) {
        char letter = pattern.charAt(++i);
        regex.append(letter == '%' ? "%" : "(" + part(letter) + ")");
        letters.append(letter == '%' ? "" : String.valueOf(letter));
      } else {
        regex.append(Character.isWhitespace(c) ? "\\s+" : Pattern.quote(String.valueOf(c)));
      }
    }
    Matcher matcher = Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE).matcher(text);
    if (!matcher.matches()) {
      throw PythonError.value(
          "time data " + Printing.repr(text) + " does not match format " + Printing.repr(pattern));
    }
    for (int i = 0; i < letters.length(); i++) {
      found.put(letters.charAt(i), matcher.group(i + 1));
    }
    return moment(found);
  }

  private static String part(char letter) {
    return switch (letter) {
      case 'Y', 'G' -> "\\d{4}";
      case 'm', 'd', 'H', 'I', 'M', 'S', 'y', 'U', 'W', 'V' -> "\\d{1,2}";
      case 'f' -> "\\d{1,6}";
      case 'j' -> "\\d{1,3}";
      case 'p' -> "AM|PM";
      case 'B', 'b', 'A', 'a', 'Z' -> "[A-Za-z]+";
      case 'z' -> "Z|[+-]\\d{2}:?\\d{2}";
      case 'u', 'w' -> "\\d";
      default -> throw PythonError.value("'" + letter + "' is a bad directive in format");
    };
  }

  private static int number(Map<Character, String> found, char letter, int fallback) {
    String text = found.get(letter);
    return text == null ? fallback : Integer.parseInt(text);
  }

  private static TemplateMoment moment(Map<Character, String> found) {
    int year = number(found, 'Y', 1900);
    if (found.containsKey('y')) {
      int two = number(found, 'y', 0);
      year = two + (two < 69 ? 2000 : 1900);
    }
    int month = number(found, 'm', 1);
    for (char letter : new char[] {'B', 'b'}) {
      String name = found.get(letter);
      for (java.time.Month candidate : java.time.Month.values()) {
        if (name != null
            && candidate.name().regionMatches(true, 0, name, 0, Math.min(3, name.length()))) {
          month = candidate.getValue();
        }
      }
    }
    int hour = number(found, 'H', 0);
    if (found.containsKey('I')) {
      hour = number(found, 'I', 12) % 12 + ("PM".equalsIgnoreCase(found.get('p')) ? 12 : 0);
    }
    String fraction = found.get('f');
    int nanos = fraction == null ? 0 : Integer.parseInt((fraction + "000000000").substring(0, 9));
    String zone = found.get('z');
    try {
      LocalDate date = LocalDate.of(year, month, number(found, 'd', 1));
      if (found.containsKey('j')) {
        date = LocalDate.ofYearDay(year, number(found, 'j', 1));
      }
      return new TemplateMoment(
          date.atTime(hour, number(found, 'M', 0), number(found, 'S', 0), nanos),
          zone == null ? null : ZoneOffset.of(zone));
    } catch (java.time.DateTimeException e) {
      throw PythonError.value(String.valueOf(e.getMessage()));
    }
  }
}
