package dev.millrace.connect.generator;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A checked configuration.
 *
 * @param streams in the project's order; {@link StreamPlan#ordinal()} is the index
 * @param start microseconds since 1970 of the first event, if it is not the clock's
 * @param speed how many times faster than the clock; 0 is as fast as possible
 * @param end microseconds since 1970 before which the last event arrives, if there is one
 * @param history how long before the clock's time a first run begins, in microseconds
 * @param actors who write some of the streams, if any do
 * @param catchUp whether a pause of the generator is made up for
 * @param drops how streams' events become files; empty if they are records
 * @param dropEvery microseconds of arrival that make a file
 * @param fingerprint changes with everything that changes events
 */
record SourcePlan(
    List<StreamPlan> streams,
    OptionalLong start,
    double speed,
    OptionalLong end,
    long history,
    Optional<ActorPlan> actors,
    boolean catchUp,
    Map<StreamPlan, DropPlan> drops,
    long dropEvery,
    String fingerprint) {
  private static final double EVENTS_PER_BUCKET = 512;
  private static final long MIN_BUCKET = 1_000;
  private static final long MAX_BUCKET = 100_000;
  private static final long MAX_ACTORS_BUCKET = 10_000_000;
  private static final long MAX_BUCKETS = 200_000;

  /** Copies list and map. */
  SourcePlan {
    streams = List.copyOf(streams);
    drops = Map.copyOf(drops);
  }

  /** Streams that follow none and are written by no actors. */
  List<StreamPlan> roots() {
    return streams.stream().filter(s -> s.curve() != null).toList();
  }

  /** True if it makes up for a past, which ends somewhere, before it is bound to the clock. */
  boolean hasPast() {
    return history > 0 || actors.isPresent();
  }

  /** Microseconds for which an event can have consequences. */
  long horizon() {
    return streams.stream().mapToLong(StreamPlan::longestArrival).max().orElse(0);
  }

  /** Microseconds of arrivals that are put in order together. */
  long bucket() {
    double perMicro = 0;
    for (StreamPlan root : roots()) {
      RateCurve curve = root.curve();
      perMicro += curve == null ? 0 : curve.peak();
    }
    long byRate = (long) (EVENTS_PER_BUCKET / Math.max(perMicro, 1e-12));
    // Actors may do little for long; what they do in a bucket is not much.
    long most = actors.isPresent() ? MAX_ACTORS_BUCKET : MAX_BUCKET;
    long width = Math.max(MIN_BUCKET, Math.min(most, byRate));
    return Math.max(width, horizon() / MAX_BUCKETS);
  }
}
