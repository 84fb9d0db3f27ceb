package dev.millrace.connect.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * When the events of one run happen, in microseconds after its first, and which time of day that
 * is. A run begins when the generator starts for the first time, and again when its configuration
 * changes. After a pause of a live generator the rest of the run is shifted: what arrives after the
 * pause has happened after it, and what had arrived before, keeps its time.
 */
final class Timeline {
  private static final long JITTER = Draw.salt(" jitter");
  private static final int MAX_SHIFTS = 64;

  /**
   * From an arrival on, the wall clock's time is this much ahead of the run's.
   *
   * @param from microseconds of the run
   * @param offset microseconds to add to get those since 1970
   */
  record Shift(long from, long offset) {}

  private final long[] firstNumbers;
  private final List<Shift> shifts;
  private final long end;

  /**
   * Starts or continues a run.
   *
   * @param firstNumbers by the ordinals of streams that follow none: the number of the run's first
   *     event
   * @param shifts in order; at least one
   * @param end microseconds since 1970 before which the last event arrives
   */
  Timeline(long[] firstNumbers, List<Shift> shifts, OptionalLong end) {
    this.firstNumbers = firstNumbers.clone();
    this.shifts = new ArrayList<>(shifts);
    this.end = end.isPresent() ? end.getAsLong() - offset() : Long.MAX_VALUE;
  }

  /** Before it the last event arrives, in microseconds of the run. */
  long end() {
    return end;
  }

  long firstNumber(StreamPlan root) {
    return firstNumbers[root.ordinal()];
  }

  List<Shift> shifts() {
    return List.copyOf(shifts);
  }

  /** Shifts everything that arrives from now on. */
  void shift(long from, long offset, long horizon) {
    shifts.removeIf(s -> s.from() >= from);
    shifts.add(new Shift(from, offset));
    // A shift is needed for as long as events that arrived before it may be repeated.
    while (shifts.size() > MAX_SHIFTS
        || (shifts.size() > 1 && shifts.get(1).from() < from - horizon)) {
      shifts.remove(0);
    }
  }

  /** What to add to the run's microseconds now. */
  long offset() {
    return shifts.get(shifts.size() - 1).offset();
  }

  /** When an event of a stream that follows none happens. */
  long rootTime(StreamPlan root, RateCurve curve, long number) {
    double jitter = Draw.unit(Draw.mix(root.bits(number) ^ JITTER));
    return (long) curve.time(number - firstNumbers[root.ordinal()] + jitter);
  }

  /** When an event happens, in microseconds of the run. */
  long time(StreamPlan stream, long number) {
    StreamPlan.Follows follows = stream.follows();
    if (follows != null) {
      return time(follows.stream(), number) + stream.delay(number);
    }
    RateCurve curve = stream.curve();
    if (curve == null) {
      throw new IllegalStateException("a first stream has a rate");
    }
    return rootTime(stream, curve, number);
  }

  /** When an event happens, in microseconds since 1970. */
  long wallTime(StreamPlan stream, long number) {
    long time = time(stream, number);
    if (shifts.size() == 1) {
      return time + offset();
    }
    long arrival = time + stream.arrivesAfter(number);
    for (int i = shifts.size() - 1; i > 0; i--) {
      if (arrival >= shifts.get(i).from()) {
        return time + shifts.get(i).offset();
      }
    }
    return time + shifts.get(0).offset();
  }
}
