package dev.millrace.jinja.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rounding gives what rounding of the exact value gives, of doubles of every kind. */
class ExactRoundingTest {
  private static final long SEED = 20_261_126;

  @Test
  void roundsLikeTheExactValue() {
    Random random = new Random(SEED);
    for (int i = 0; i < 200_000; i++) {
      double value = value(random, i % 5);
      int digits = random.nextInt(20);
      assertThat(ExactRounding.toScale(value, digits))
          .as("%s to %d digits behind the point", value, digits)
          .isEqualTo(new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN));
      MathContext context = new MathContext(digits + 1, RoundingMode.HALF_EVEN);
      assertThat(ExactRounding.toDigits(value, digits + 1))
          .as("%s to %d digits", value, digits + 1)
          .isEqualByComparingTo(new BigDecimal(value).round(context));
    }
  }

  private static double value(Random random, int kind) {
    return switch (kind) {
      case 0 -> Math.abs(random.nextGaussian());
      // Texts that end with 5: the exact value is a little below or above the middle, or is it.
      case 1 -> (random.nextInt(100_000) * 10 + 5) / Math.pow(10, random.nextInt(8));
      case 2 -> random.nextInt(1 << 20) / (double) (1 << random.nextInt(12));
      case 3 -> Math.nextUp(random.nextInt(1_000) + 0.5);
      default -> {
        double any = Math.abs(Double.longBitsToDouble(random.nextLong()));
        yield Double.isFinite(any) ? any : 0;
      }
    };
  }
}
