package dev.millrace.sql;

import org.jspecify.annotations.Nullable;

/**
 * An instant as a number of microseconds since 1970, in steps from the number of another one.
 * DuckDB's {@code epoch_us} is NULL for NULL and for both infinities, so every step is, too.
 *
 * <p>Two things keep steps equal to the functions that they stand for. DuckDB's {@code //} rounds
 * towards zero, so it rounds down only from the buckets' origin on; and a sum that leaves the range
 * of timestamps on the way and comes back would hide an error. Where either could happen, {@link
 * #guard} is the condition under which it does not.
 *
 * @param source an expression of type TIMESTAMPTZ or TIMESTAMP
 * @param otherwise the instant where the number is NULL; steps leave infinities as they are
 * @param cheap true if the source may be evaluated twice
 * @param number the microseconds but for {@code plus}
 * @param low how far the number can lie below the source's
 * @param high how far it, or one on the way to it, can lie above the source's
 * @param from the source's least number for which the steps are right; null if there is none
 * @param bounded true if there is a greatest one
 */
record Microseconds(
    String source,
    String otherwise,
    boolean cheap,
    String number,
    long plus,
    long low,
    long high,
    @Nullable Long from,
    boolean bounded) {
  /** From the year 124785 BC to 128724: steps of some thousand years keep in range from there. */
  private static final long FAR = 4_000_000_000_000_000_000L;

  /** From the smallest BIGINT to the first timestamp, which make_timestamptz does not check. */
  private static final long BEFORE_FIRST = 14_454_775_808L;

  static Microseconds of(String source, String otherwise, boolean cheap) {
    return new Microseconds(source, otherwise, cheap, epoch(source), 0, 0, 0, null, false);
  }

  private static String epoch(String source) {
    return "epoch_us(" + source + ")";
  }

  private Microseconds step(
      String to, long distance, long below, long above, @Nullable Long least, boolean bound) {
    return new Microseconds(
        source, otherwise, cheap, to, distance, low + below, high + above, least, bound);
  }

  /** A distance on. */
  Microseconds plus(long distance) {
    boolean turnsUp = distance > 0 && low < 0 && from == null;
    boolean turnsDown = distance < 0 && high > 0;
    return step(
        number,
        plus + distance,
        distance,
        Math.max(0, distance),
        turnsUp ? Long.valueOf(-FAR) : from,
        bounded || turnsDown);
  }

  /** The start of the bucket that it is in; buckets are that wide, and one starts at the origin. */
  Microseconds floor(long width, long anyOrigin) {
    long origin = Math.floorMod(anyOrigin, width);
    String moved = plus == origin ? number : "(" + sum(number, plus - origin) + ")";
    long least = origin - low;
    return step(
        moved + " // " + width + " * " + width,
        origin,
        -width,
        0,
        from == null ? least : Math.max(from, least),
        bounded || high > 0);
  }

  /**
   * What a function makes of it that takes a TIMESTAMP and returns one.
   *
   * @param call the function's call, with {@code %s} for its argument
   * @param most how far it can move an instant
   */
  Microseconds calendar(String call, long most) {
    boolean turnsUp = low < 0 && from == null;
    return step(
        epoch(call.replace("%s", timestamp())),
        0,
        -most,
        most,
        turnsUp ? Long.valueOf(-FAR) : from,
        bounded || high > 0);
  }

  /** The same for times since 1970; {@code bound} leaves out those after the year 128724. */
  Microseconds since1970(boolean bound) {
    Long least = from == null ? 0L : Long.valueOf(Math.max(from, 0));
    return step(number, plus, 0, 0, least, bounded || bound);
  }

  /** The instant as clocks in UTC show it, of type TIMESTAMP. */
  String timestamp() {
    return "make_timestamp(" + sql() + ")";
  }

  /** The instant, of type TIMESTAMPTZ. */
  String instant() {
    return "make_timestamptz(" + sql() + ")";
  }

  /** The condition under which the steps are right; null if they always are. */
  @Nullable String guard() {
    if (from == null && !bounded) {
      return null;
    }
    long least = from == null ? -FAR : from;
    return epoch(source) + (bounded ? " BETWEEN " + least + " AND " + FAR : " >= " + least);
  }

  private String sql() {
    // So that the way back overflows where timestamps end.
    return guard() == null && plus < 0
        ? sum(sum(number, plus - BEFORE_FIRST), BEFORE_FIRST)
        : sum(number, plus);
  }

  private static String sum(String number, long plus) {
    return plus == 0 ? number : number + (plus < 0 ? " - " : " + ") + Math.abs(plus);
  }
}
