package dev.millrace.testing;

import java.util.Random;
import java.util.SplittableRandom;

/**
 * Seeds of randomised tests. A seed is printed, so that a failure can be repeated with {@code
 * -Dmillrace.seed=<seed>} (an idea of Lucene's).
 */
public final class Seeds {
  private Seeds() {}

  /** The seed of this run: the system property {@code millrace.seed}, else one that is new. */
  public static long next(String test) {
    Long given = Long.getLong("millrace.seed");
    long seed = given != null ? given : new SplittableRandom().nextLong(1, 1L << 48);
    System.out.println(test + ": repeat with -Dmillrace.seed=" + seed);
    return seed;
  }

  /** A generator with {@link #next}'s seed. */
  public static Random random(String test) {
    return new Random(next(test));
  }
}
