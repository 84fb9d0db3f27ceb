package dev.millrace.jinja.value;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Rounds doubles to decimals by their exact values, as Python does. An exact value has up to a
 * thousand digits; the short text of the double has 17 at most and rounds to the same, unless it is
 * near the middle between two results.
 */
final class ExactRounding {
  /** A double tells decimals of so many digits apart. */
  private static final int SURE_DIGITS = 15;

  private ExactRounding() {}

  /** Rounds to so many digits behind the point. */
  static BigDecimal toScale(double value, int scale) {
    BigDecimal near = BigDecimal.valueOf(value);
    BigDecimal rounded = near.setScale(scale, RoundingMode.HALF_EVEN);
    return rounded.precision() <= SURE_DIGITS && isSure(value, near, rounded)
        ? rounded
        : new BigDecimal(value).setScale(scale, RoundingMode.HALF_EVEN);
  }

  /** Rounds to at most so many significant digits. */
  static BigDecimal toDigits(double value, int digits) {
    MathContext context = new MathContext(digits, RoundingMode.HALF_EVEN);
    BigDecimal near = BigDecimal.valueOf(value);
    BigDecimal rounded = near.round(context);
    return digits <= SURE_DIGITS && isSure(value, near, rounded)
        ? rounded
        : new BigDecimal(value).round(context);
  }

  /** True if the exact value, which is within an ulp, is on the same side of the middle. */
  private static boolean isSure(double value, BigDecimal near, BigDecimal rounded) {
    BigDecimal half = BigDecimal.valueOf(5, rounded.scale() + 1);
    return half.subtract(near.subtract(rounded).abs()).doubleValue() > Math.ulp(value);
  }
}
