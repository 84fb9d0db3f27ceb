package dev.millrace.api.option;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads numbers with units. */
public final class Quantities {
  private static final Pattern QUANTITY =
      Pattern.compile("\\s*([0-9][0-9_]*(?:\\.[0-9]+)?)\\s*([a-zA-Z]*)\\s*");

  private Quantities() {}

  /**
   * A duration such as {@code 250ms}, {@code 10s} or {@code 5 minutes}; empty if the text is none.
   */
  public static Optional<Duration> duration(String text) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    double nanosPerUnit =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "us", "microsecond", "microseconds" -> 1e3;
          case "ms", "millisecond", "milliseconds" -> 1e6;
          case "s", "sec", "second", "seconds" -> 1e9;
          case "m", "min", "minute", "minutes" -> 60e9;
          case "h", "hour", "hours" -> 3600e9;
          case "d", "day", "days" -> 86_400e9;
          default -> 0;
        };
    if (nanosPerUnit == 0) {
      return Optional.empty();
    }
    double nanos = Double.parseDouble(matcher.group(1).replace("_", "")) * nanosPerUnit;
    return nanos > Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofNanos((long) nanos));
  }

  /**
   * A number of bytes such as {@code 64KB}, {@code 1.5GB} or {@code 100}; units are powers of 1024.
   */
  public static Optional<Long> bytes(String text) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    double unit =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "", "b" -> 1;
          case "k", "kb", "kib" -> 1L << 10;
          case "m", "mb", "mib" -> 1L << 20;
          case "g", "gb", "gib" -> 1L << 30;
          case "t", "tb", "tib" -> 1L << 40;
          default -> 0;
        };
    if (unit == 0) {
      return Optional.empty();
    }
    return Optional.of((long) (Double.parseDouble(matcher.group(1).replace("_", "")) * unit));
  }
}
