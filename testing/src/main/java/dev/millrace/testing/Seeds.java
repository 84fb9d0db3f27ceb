package dev.millrace.testing;

import java.util.Random;
import java.util.SplittableRandom;

/**
 * Seeds of randomised tests. A seed is printed, so that a failure can be repeated with {@code
 * -Dmillrace.seed=<seed>} (an idea of Lucene's).
 *
 * <p>Unless told otherwise a test has the same seed in every run, so that a change is judged by
 * what it changes and not by luck; {@code -Dmillrace.seed=random} ({@code ./check --random}) looks
 * for what nobody has seen yet.
 */
public final class Seeds {
  private Seeds() {}

  /** Whether new cases are looked for: tests may then go on for as long as they are told. */
  public static boolean exploring() {
    return "random".equals(System.getProperty("millrace.seed"));
  }

  /** The seed that the system property {@code millrace.seed} names, else one of the test's own. */
  public static long next(String test) {
    Long given = Long.getLong("millrace.seed");
    long seed;
    if (given != null) {
      seed = given;
    } else if (exploring()) {
      seed = new SplittableRandom().nextLong(1, 1L << 48);
    } else {
      seed = test.hashCode() & 0xffff_ffffL;
    }
    System.out.println(test + ": repeat with -Dmillrace.seed=" + seed);
    return seed;
  }

  /** A generator with {@link #next}'s seed. */
  public static Random random(String test) {
    return new Random(next(test));
  }
}
