package dev.millrace.connect.generator;

/**
 * A distribution of numbers. {@link StrictMath} keeps draws equal on every machine.
 *
 * @see #sample
 */
sealed interface Distribution {
  /** The number that the bits stand for; the same bits always give the same number. */
  double sample(long bits);

  /** No sample is larger. */
  double max();

  /** No sample is smaller. */
  double min();

  /** Equally likely between two bounds; whole numbers include both. */
  record Uniform(double min, double max, boolean whole) implements Distribution {
    @Override
    public double sample(long bits) {
      double unit = Draw.unit(bits);
      return whole
          ? Math.min(max, min + Math.floor(unit * (max - min + 1)))
          : min + unit * (max - min);
    }
  }

  /** A bell around the mean, cut at the bounds. */
  record Normal(double mean, double deviation, double min, double max) implements Distribution {
    @Override
    public double sample(long bits) {
      return clamp(mean + deviation * gauss(bits), min, max);
    }
  }

  /** Many small, few large; half are below the median, cut at the bounds. */
  record LogNormal(double median, double sigma, double min, double max) implements Distribution {
    @Override
    public double sample(long bits) {
      return clamp(median * StrictMath.exp(sigma * gauss(bits)), min, max);
    }
  }

  /** The k-th number of the range is drawn in proportion to 1 / k^exponent. */
  final class Zipf implements Distribution {
    private final long from;
    private final long count;
    private final double exponent;
    private final double left;
    private final double right;
    private final double shortcut;

    Zipf(long from, long to, double exponent) {
      this.from = from;
      this.count = to - from + 1;
      this.exponent = exponent;
      this.left = integral(1.5) - 1;
      this.right = integral(count + 0.5);
      this.shortcut = 2 - inverse(integral(2.5) - weight(2));
    }

    /**
     * Rejection-inversion (Hörmann and Derflinger, "Rejection-inversion to generate variates from
     * monotone discrete distributions", 1996): constant time for any range.
     */
    @Override
    public double sample(long bits) {
      long draw = bits;
      while (true) {
        double area = right + Draw.unit(draw) * (left - right);
        double x = inverse(area);
        double k = Math.max(1, Math.min(count, Math.floor(x + 0.5)));
        if (k - x <= shortcut || area >= integral(k + 0.5) - weight(k)) {
          return from + k - 1;
        }
        draw = Draw.mix(draw + 1);
      }
    }

    @Override
    public double min() {
      return from;
    }

    @Override
    public double max() {
      return from + count - 1.0;
    }

    private double weight(double x) {
      return StrictMath.exp(-exponent * StrictMath.log(x));
    }

    private double integral(double x) {
      double log = StrictMath.log(x);
      double power = (1 - exponent) * log;
      return Math.abs(power) < 1e-9 ? log : StrictMath.expm1(power) / (1 - exponent);
    }

    private double inverse(double area) {
      double scaled = (1 - exponent) * area;
      return Math.abs(scaled) < 1e-9
          ? StrictMath.exp(area)
          : StrictMath.exp(StrictMath.log1p(Math.max(-1, scaled)) / (1 - exponent));
    }
  }

  private static double clamp(double value, double min, double max) {
    return Math.max(min, Math.min(max, value));
  }

  /** Box and Muller's transformation of two uniform draws. */
  private static double gauss(long bits) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - Draw.unit(bits)));
    return radius * StrictMath.cos(2 * Math.PI * Draw.unit(Draw.mix(bits + 1)));
  }
}
