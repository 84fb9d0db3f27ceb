package dev.millrace.connect.generator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one stream's events are like. An event is known by its number: that of the first event of
 * its chain, which is the event itself unless its stream follows another. Everything about it is a
 * function of that number.
 */
final class StreamPlan {
  private static final long FOLLOWS = Draw.salt(" follows");
  private static final long DELAY = Draw.salt(" delay");
  private static final long ARRIVAL = Draw.salt(" arrival");
  private static final long LATE = Draw.salt(" late");
  private static final long REPEAT = Draw.salt(" repeat");
  private static final long MALFORMED = Draw.salt(" malformed");

  /**
   * How events follow those of another stream.
   *
   * @param stream the one followed
   * @param share how many of its events are followed
   * @param delay microseconds of event time between the two
   */
  record Follows(StreamPlan stream, double share, Distribution delay) {}

  /**
   * How events arrive.
   *
   * @param disorder microseconds after its event time at which an event arrives at the latest
   * @param lateShare how many are later than that
   * @param lateFrom microseconds, at the earliest
   * @param lateTo microseconds, at the latest
   * @param repeatShare how many arrive a second time
   * @param repeatWithin microseconds after the first time
   */
  record Arrival(
      long disorder,
      double lateShare,
      long lateFrom,
      long lateTo,
      double repeatShare,
      long repeatWithin) {}

  private final String name;
  private final int ordinal;
  private final long seed;
  private final @Nullable Follows follows;
  private final @Nullable RateCurve curve;
  private final long total;
  private final Arrival arrival;
  private final double malformedShare;
  private final List<Malformed> malformedKinds;
  private final List<StreamPlan> followers = new ArrayList<>();
  private List<Field> fields = List.of();
  private @Nullable Field key;
  private @Nullable Field eventTime;

  StreamPlan(
      String name,
      int ordinal,
      long seed,
      @Nullable Follows follows,
      @Nullable RateCurve curve,
      long total,
      Arrival arrival,
      double malformedShare,
      List<Malformed> malformedKinds) {
    this.name = name;
    this.ordinal = ordinal;
    this.seed = Draw.mix(seed ^ Draw.salt(name));
    this.follows = follows;
    this.curve = curve;
    this.total = total;
    this.arrival = arrival;
    this.malformedShare = malformedShare;
    this.malformedKinds = List.copyOf(malformedKinds);
    if (follows != null) {
      follows.stream().followers.add(this);
    }
  }

  /** Fields may refer to other streams, so they come after all streams are there. */
  void complete(List<Field> newFields, @Nullable Field newKey, @Nullable Field newEventTime) {
    fields = List.copyOf(newFields);
    key = newKey;
    eventTime = newEventTime;
  }

  String name() {
    return name;
  }

  int ordinal() {
    return ordinal;
  }

  List<Field> fields() {
    return fields;
  }

  @Nullable Field key() {
    return key;
  }

  @Nullable Field eventTime() {
    return eventTime;
  }

  List<StreamPlan> followers() {
    return followers;
  }

  @Nullable Follows follows() {
    return follows;
  }

  /** The curve of a stream that follows none. */
  @Nullable RateCurve curve() {
    return curve;
  }

  /** How many events a stream that follows none has; {@link Long#MAX_VALUE} if it never ends. */
  long total() {
    return total;
  }

  /** The random bits that belong to one event. */
  long bits(long number) {
    return Draw.draw(seed, number);
  }

  /** True if this event follows the one with its number in the stream that it follows. */
  boolean exists(long number) {
    return follows == null || Draw.unit(Draw.mix(bits(number) ^ FOLLOWS)) < follows.share();
  }

  /** Microseconds of event time after the event followed. */
  long delay(long number) {
    return follows == null ? 0 : (long) follows.delay().sample(Draw.mix(bits(number) ^ DELAY));
  }

  /** Microseconds of event time after the first event of the chain. */
  long delayBehindFirst(long number) {
    return follows == null ? 0 : follows.stream().delayBehindFirst(number) + delay(number);
  }

  /** Microseconds between an event's time and its arrival. */
  long arrivesAfter(long number) {
    long bits = bits(number);
    long draw = Draw.mix(bits ^ ARRIVAL);
    if (arrival.lateShare > 0 && Draw.unit(Draw.mix(bits ^ LATE)) < arrival.lateShare) {
      return arrival.lateFrom + Draw.below(draw, arrival.lateTo - arrival.lateFrom + 1);
    }
    return Draw.below(draw, arrival.disorder + 1);
  }

  /** Microseconds after its arrival at which an event arrives again; -1 if it does not. */
  long arrivesAgainAfter(long number) {
    if (arrival.repeatShare == 0) {
      return -1;
    }
    long draw = Draw.mix(bits(number) ^ REPEAT);
    return Draw.unit(draw) < arrival.repeatShare
        ? Draw.below(Draw.mix(draw), arrival.repeatWithin + 1)
        : -1;
  }

  /** How an event is spoilt; null if it is not. */
  @Nullable Malformed malformed(long number) {
    if (malformedShare == 0) {
      return null;
    }
    long draw = Draw.mix(bits(number) ^ MALFORMED);
    return Draw.unit(draw) < malformedShare
        ? malformedKinds.get((int) Draw.below(Draw.mix(draw), malformedKinds.size()))
        : null;
  }

  /** Microseconds of event time that an event is behind the first of its chain, at most. */
  long longestDelay() {
    return follows == null
        ? 0
        : follows.stream().longestDelay() + (long) Math.ceil(follows.delay().max());
  }

  /** Microseconds between the first event of a chain and the last arrival of this one, at most. */
  long longestArrival() {
    long once =
        arrival.lateShare > 0 ? Math.max(arrival.disorder, arrival.lateTo) : arrival.disorder;
    return longestDelay() + once + (arrival.repeatShare > 0 ? arrival.repeatWithin : 0);
  }
}
