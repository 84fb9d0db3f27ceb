package dev.millrace.engine.store;

/** Instants as SQL, from microseconds since 1970. */
public final class Instants {
  /** Nothing is known: NULL. */
  public static final long UNKNOWN = Long.MIN_VALUE;

  /** After everything: infinity. */
  public static final long INFINITE = Long.MAX_VALUE;

  private Instants() {}

  /** An expression of type TIMESTAMPTZ. */
  public static String sql(long micros) {
    if (micros == UNKNOWN) {
      return "NULL::TIMESTAMPTZ";
    }
    return micros == INFINITE ? "'infinity'::TIMESTAMPTZ" : "make_timestamptz(" + micros + ")";
  }
}
