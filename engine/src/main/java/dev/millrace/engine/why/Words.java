package dev.millrace.engine.why;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Counts and times in sentences. */
final class Words {
  private Words() {}

  static String count(long n, String noun) {
    return String.format(Locale.ROOT, "%,d", n) + " " + noun + (n == 1 ? "" : "s");
  }

  /** In UTC, to the second. */
  static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ');
  }

  static String duration(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 120) {
      return count(seconds, "second");
    }
    if (seconds < 7_200) {
      return count(seconds / 60, "minute");
    }
    return seconds < 172_800 ? count(seconds / 3_600, "hour") : count(seconds / 86_400, "day");
  }

  /** A sentence as part of another one. */
  static String sentence(String text) {
    String trimmed = text.strip();
    return trimmed.endsWith(".") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
  }
}
