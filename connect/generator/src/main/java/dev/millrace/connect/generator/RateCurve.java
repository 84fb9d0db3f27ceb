package dev.millrace.connect.generator;

/**
 * When the n-th event happens, in microseconds after the first: evenly at a rate, with bursts at
 * regular times.
 */
final class RateCurve {
  private final double perMicro;
  private final double period;
  private final double burst;
  private final double factor;
  private final double inBurst;
  private final double inPeriod;

  /**
   * A rate with bursts.
   *
   * @param perSecond events each second outside bursts
   * @param period microseconds from the begin of one burst to the next; 0 if there are none
   * @param burst microseconds that a burst lasts
   * @param factor how many times the rate it has
   */
  RateCurve(double perSecond, long period, long burst, double factor) {
    this.perMicro = perSecond / 1e6;
    this.period = period;
    this.burst = burst;
    this.factor = factor;
    this.inBurst = burst * perMicro * factor;
    this.inPeriod = inBurst + (period - burst) * perMicro;
  }

  /** Microseconds until the event of a number, which may lie between two. */
  double time(double number) {
    if (period == 0) {
      return number / perMicro;
    }
    double periods = Math.floor(number / inPeriod);
    double rest = number - periods * inPeriod;
    double within =
        rest < inBurst ? rest / (perMicro * factor) : burst + (rest - inBurst) / perMicro;
    return periods * period + within;
  }

  /** How many events happen before a time; the inverse of {@link #time}. */
  double number(double micros) {
    if (period == 0) {
      return micros * perMicro;
    }
    double periods = Math.floor(micros / period);
    double rest = micros - periods * period;
    double within = rest < burst ? rest * perMicro * factor : inBurst + (rest - burst) * perMicro;
    return periods * inPeriod + within;
  }

  /** The highest rate, in events each microsecond. */
  double peak() {
    return period == 0 ? perMicro : perMicro * Math.max(1, factor);
  }
}
