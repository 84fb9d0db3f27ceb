package dev.millrace.connect.generator;

import java.util.Arrays;

/**
 * How much is going on at each hour of the week. Waiting is measured in busy time, which passes
 * quickly in busy hours and slowly in quiet ones; over a week it is as long as any other.
 */
final class Rhythm {
  private static final long HOUR = 3_600_000_000L;
  private static final int HOURS = 7 * 24;
  private static final long WEEK = HOURS * HOUR;

  /** 1970 began on a Thursday; weeks here begin on Mondays. */
  private static final long TO_MONDAY = 3 * 24 * HOUR;

  /** No rhythm: every hour is like any other. */
  static final Rhythm EVEN = new Rhythm(evenly(24), evenly(7));

  private final double[] busyBefore = new double[HOURS + 1];

  /**
   * A rhythm by hours of the day, in UTC, and days of the week.
   *
   * @param hours 24 weights; not negative, and not all 0
   * @param days 7 weights from Monday on, likewise
   */
  Rhythm(double[] hours, double[] days) {
    for (int h = 0; h < HOURS; h++) {
      busyBefore[h + 1] = busyBefore[h] + hours[h % 24] * days[h / 24];
    }
    double all = busyBefore[HOURS];
    for (int h = 0; h <= HOURS; h++) {
      busyBefore[h] *= WEEK / all;
    }
  }

  private static double[] evenly(int parts) {
    double[] weights = new double[parts];
    Arrays.fill(weights, 1);
    return weights;
  }

  /** When so much busy time has passed; both times are microseconds since 1970. */
  long after(long time, double busy) {
    return time(busy(time) + busy);
  }

  private double busy(long time) {
    long sinceMonday = time + TO_MONDAY;
    long rest = Math.floorMod(sinceMonday, WEEK);
    int hour = (int) (rest / HOUR);
    double part = (rest - hour * HOUR) / (double) HOUR;
    return (double) Math.floorDiv(sinceMonday, WEEK) * WEEK
        + busyBefore[hour]
        + part * (busyBefore[hour + 1] - busyBefore[hour]);
  }

  private long time(double busy) {
    double weeks = Math.floor(busy / WEEK);
    double rest = busy - weeks * WEEK;
    int found = Arrays.binarySearch(busyBefore, rest);
    int hour = Math.min(HOURS - 1, found >= 0 ? found : -found - 2);
    double length = busyBefore[hour + 1] - busyBefore[hour];
    double part = length == 0 ? 0 : (rest - busyBefore[hour]) / length;
    return (long) weeks * WEEK + (long) ((hour + part) * HOUR) - TO_MONDAY;
  }
}
