package dev.millrace.engine.store;

import java.time.Instant;

/** Instants as microseconds since 1970, and those as SQL. */
public final class Instants {
  /** Nothing is known: NULL. */
  public static final long UNKNOWN = Long.MIN_VALUE;

  /** After everything: infinity. */
  public static final long INFINITE = Long.MAX_VALUE;

  private Instants() {}

  /**
   * Microseconds since 1970.
   *
   * @throws ArithmeticException if the instant is too far away
   */
  public static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
  }

  /** The instant of microseconds since 1970. */
  public static Instant of(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000L);
  }

  /** An expression of type TIMESTAMPTZ. */
  public static String sql(long micros) {
    if (micros == UNKNOWN) {
      return "NULL::TIMESTAMPTZ";
    }
    return micros == INFINITE ? "'infinity'::TIMESTAMPTZ" : "make_timestamptz(" + micros + ")";
  }
}
