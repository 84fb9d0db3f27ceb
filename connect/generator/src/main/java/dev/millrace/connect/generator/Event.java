package dev.millrace.connect.generator;

import org.jspecify.annotations.Nullable;

/**
 * One event of a stream, as its fields see it.
 *
 * @param number of the event in its stream
 * @param timeline of the run
 * @param moment what an actor does, for a stream that actors write and those that follow it
 */
record Event(StreamPlan stream, long number, Timeline timeline, @Nullable Moment moment) {
  /** The event of another stream in the same chain. */
  Event of(StreamPlan other) {
    return new Event(other, number, timeline, moment);
  }

  /** The random bits that belong to it. */
  long bits() {
    return stream.bits(number);
  }

  /** When it happens, in microseconds since 1970. */
  long wallTime() {
    return moment == null
        ? timeline.wallTime(stream, number)
        : timeline.offset() + moment.time() + stream.delayBehindFirst(number);
  }

  /** What an actor does; only where {@link ActorFields} has seen to it that one does something. */
  Moment acting() {
    if (moment == null) {
      throw new IllegalStateException(stream.name());
    }
    return moment;
  }
}
