package dev.millrace.connect.generator;

/**
 * Random bits without a state: each draw is a hash of what it is for. The mixing function is that
 * of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
 */
final class Draw {
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private Draw() {}

  static long mix(long bits) {
    long z = bits;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** The n-th independent draw of a family. */
  static long draw(long family, long n) {
    return mix(family + n * STEP);
  }

  /** A family's name as bits. */
  static long salt(String name) {
    long hash = 0xCBF29CE484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
    }
    return mix(hash);
  }

  /** Uniform in [0, 1). */
  static double unit(long bits) {
    return (bits >>> 11) * 0x1p-53;
  }

  /** Uniform in [0, bound), for a positive bound. */
  static long below(long bits, long bound) {
    // The high half of the unsigned product; Math.unsignedMultiplyHigh came after Java 17.
    return Math.multiplyHigh(bits, bound) + ((bits >> 63) & bound);
  }
}
