package dev.millrace.engine.admission;

import java.time.LocalDate;

/**
 * Reads ISO 8601 dates, local times and UTC instants from bytes; anything else is left to DuckDB.
 */
final class IsoTimes {
  /** Not a time of the one form that is read here. */
  static final long NONE = Long.MIN_VALUE;

  private IsoTimes() {}

  /**
   * {@code 2026-11-21T09:30:00Z}, with up to six digits of a second, as microseconds since 1970.
   */
  static long instant(byte[] b, int s, int e) {
    return e - s < 20 || b[e - 1] != 'Z' ? NONE : local(b, s, e - 1);
  }

  /** The same without a zone, as it were UTC. */
  static long local(byte[] b, int s, int e) {
    int length = e - s;
    if (length < 19
        || length > 26
        || (b[s + 10] != 'T' && b[s + 10] != ' ')
        || b[s + 13] != ':'
        || b[s + 16] != ':') {
      return NONE;
    }
    long day = day(b, s);
    int hour = two(b, s + 11);
    int minute = two(b, s + 14);
    int second = two(b, s + 17);
    long micros = fraction(b, s + 19, e);
    if (day == NONE
        || hour < 0
        || hour > 23
        || minute < 0
        || minute > 59
        || second < 0
        || second > 59
        || micros < 0) {
      return NONE;
    }
    return ((day * 24 + hour) * 60 + minute) * 60_000_000L + second * 1_000_000L + micros;
  }

  /** The digits behind the point as microseconds; 0 without a point, -1 if they are not digits. */
  private static long fraction(byte[] b, int s, int e) {
    if (s == e) {
      return 0;
    }
    if (b[s] != '.' || e - s < 2) {
      return -1;
    }
    long value = 0;
    for (int i = s + 1; i < s + 7; i++) {
      int digit = i < e ? b[i] - '0' : 0;
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** Ten bytes {@code 2026-11-21} as days since 1970. */
  static long day(byte[] b, int s) {
    int century = two(b, s);
    int year = two(b, s + 2);
    int month = two(b, s + 5);
    int day = two(b, s + 8);
    if (century < 0
        || year < 0
        || month < 1
        || month > 12
        || day < 1
        || b[s + 4] != '-'
        || b[s + 7] != '-') {
      return NONE;
    }
    int full = century * 100 + year;
    if (full < 1 || day > 28 && day > LocalDate.of(full, month, 1).lengthOfMonth()) {
      return NONE;
    }
    // Days from civil (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    long y = month <= 2 ? full - 1 : full;
    long era = y / 400;
    long yearOfEra = y - era * 400;
    long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
  }

  private static int two(byte[] b, int s) {
    int tens = b[s] - '0';
    int ones = b[s + 1] - '0';
    return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
  }
}
