package dev.millrace.connect.generator;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The events of a run in the order of their arrival. Time is cut into buckets: all events that may
 * arrive in a bucket are known once the first events of chains up to its end have been made, and
 * are then put in order. A place in this order is a bucket and how many of its events are behind.
 */
final class Arrivals {
  private static final int STREAM_BITS = 8;
  private static final int INDEX_BITS = 24;

  private final SourcePlan plan;
  private final Timeline timeline;
  private final long width;
  private final Bucket[] ring;
  private final StreamPlan[] roots;
  private final long[] nextNumber;
  private final long[] nextTime;
  private final @Nullable Actors actors;
  private long bucket;
  private long firstBucket;
  private int consumed;
  private long waiting;
  private long[] order = new long[0];
  private int orderLength;
  private boolean ordered;

  /** Goes to a place of the run; makes again what is still under way there. */
  Arrivals(SourcePlan plan, Timeline timeline, long bucket, int consumed) {
    this.plan = plan;
    this.timeline = timeline;
    this.width = plan.bucket();
    this.ring = new Bucket[(int) (plan.horizon() / width) + 3];
    this.roots = plan.roots().toArray(new StreamPlan[0]);
    this.nextNumber = new long[roots.length];
    this.nextTime = new long[roots.length];
    this.firstBucket = bucket;
    long replayFrom = Math.max(0, bucket - plan.horizon() / width - 2);
    for (int r = 0; r < roots.length; r++) {
      begin(r, replayFrom * width);
    }
    this.actors =
        plan.actors().map(a -> new Actors(a, timeline.offset(), replayFrom * width)).orElse(null);
    for (this.bucket = replayFrom; this.bucket < bucket; this.bucket++) {
      makeBucket();
    }
    this.consumed = consumed;
  }

  private void begin(int r, long time) {
    StreamPlan root = roots[r];
    long first = timeline.firstNumber(root);
    long before = Math.max(0, (long) curve(root).number(time) - 2);
    nextNumber[r] = Math.min(first + before, root.total());
    nextTime[r] = timeline.rootTime(root, curve(root), nextNumber[r]);
    while (nextTime[r] < time && nextNumber[r] < root.total()) {
      step(r);
    }
  }

  private static RateCurve curve(StreamPlan root) {
    RateCurve curve = root.curve();
    if (curve == null) {
      throw new IllegalStateException("a first stream has a rate");
    }
    return curve;
  }

  private void step(int r) {
    nextNumber[r]++;
    nextTime[r] = timeline.rootTime(roots[r], curve(roots[r]), nextNumber[r]);
  }

  /** Makes the first events of this bucket and all that follows from them. */
  private void makeBucket() {
    long end = (bucket + 1) * width;
    for (int r = 0; r < roots.length; r++) {
      long total = roots[r].total();
      while (nextTime[r] < end && nextNumber[r] < total) {
        make(roots[r], nextNumber[r], nextTime[r], null);
        step(r);
      }
    }
    if (actors != null) {
      actors.until(end, this::make);
    }
  }

  private void make(Moment moment) {
    for (int ordinal : moment.state().emits()) {
      make(plan.streams().get(ordinal), moment.number(), moment.time(), moment);
    }
  }

  private void make(StreamPlan stream, long number, long time, @Nullable Moment moment) {
    long arrival = time + stream.arrivesAfter(number);
    add(stream, number, arrival, moment);
    long again = stream.arrivesAgainAfter(number);
    if (again >= 0) {
      add(stream, number, arrival + again, moment);
    }
    for (StreamPlan follower : stream.followers()) {
      if (follower.exists(number)) {
        make(follower, number, time + follower.delay(number), moment);
      }
    }
  }

  private void add(StreamPlan stream, long number, long arrival, @Nullable Moment moment) {
    long target = arrival / width;
    if (target < firstBucket) {
      return;
    }
    int slot = (int) (target % ring.length);
    Bucket events = ring[slot];
    if (events == null) {
      events = new Bucket();
      ring[slot] = events;
    }
    events.add(arrival, number << STREAM_BITS | stream.ordinal(), moment);
    waiting++;
  }

  /** True if there is an event at this place; goes over empty buckets to find it. */
  boolean hasNext() {
    while (bucket * width < timeline.end()) {
      if (!ordered) {
        makeBucket();
        putInOrder();
      }
      if (consumed < orderLength) {
        // What arrives later is still to come if the end is ever put off.
        return arrival() < timeline.end();
      }
      if (waiting == 0 && exhausted()) {
        return false;
      }
      ring[slot()] = null;
      bucket++;
      firstBucket = bucket;
      consumed = 0;
      ordered = false;
    }
    return false;
  }

  private boolean exhausted() {
    if (actors != null && !actors.isOver()) {
      return false;
    }
    for (int r = 0; r < roots.length; r++) {
      if (nextNumber[r] < roots[r].total()) {
        return false;
      }
    }
    return true;
  }

  private void putInOrder() {
    ordered = true;
    Bucket events = ring[slot()];
    orderLength = events == null ? 0 : events.length;
    if (events == null) {
      return;
    }
    if (order.length < orderLength) {
      order = new long[Math.max(orderLength, order.length * 2)];
    }
    long begin = bucket * width;
    for (int i = 0; i < orderLength; i++) {
      order[i] = (events.arrivals[i] - begin) << INDEX_BITS | i;
    }
    Arrays.sort(order, 0, orderLength);
    waiting -= consumed;
  }

  private int slot() {
    return (int) (bucket % ring.length);
  }

  private Bucket events() {
    Bucket events = ring[slot()];
    if (events == null) {
      throw new IllegalStateException("no event here");
    }
    return events;
  }

  private int index() {
    return (int) (order[consumed] & ((1 << INDEX_BITS) - 1));
  }

  /** When the event at this place arrives, in microseconds of the run. */
  long arrival() {
    return events().arrivals[index()];
  }

  /** The event at this place. */
  Event event() {
    Bucket events = events();
    int index = index();
    long id = events.ids[index];
    return new Event(
        plan.streams().get((int) (id & ((1 << STREAM_BITS) - 1))),
        id >>> STREAM_BITS,
        timeline,
        events.moments == null ? null : events.moments[index]);
  }

  /** Goes behind the event at this place. */
  void advance() {
    consumed++;
    waiting--;
  }

  long bucket() {
    return bucket;
  }

  int consumed() {
    return consumed;
  }

  /** The number that the next run of a stream that follows none may begin with. */
  long nextNumber(StreamPlan root) {
    for (int r = 0; r < roots.length; r++) {
      if (roots[r] == root) {
        return nextNumber[r];
      }
    }
    throw new IllegalArgumentException(root.name());
  }

  /** Events that arrive within one stretch of time, in the order in which they were made. */
  private static final class Bucket {
    long[] arrivals = new long[8];
    long[] ids = new long[8];
    @Nullable Moment @Nullable [] moments;
    int length;

    void add(long arrival, long id, @Nullable Moment moment) {
      if (length == arrivals.length) {
        arrivals = Arrays.copyOf(arrivals, length * 2);
        ids = Arrays.copyOf(ids, length * 2);
      }
      arrivals[length] = arrival;
      ids[length] = id;
      if (moment != null || moments != null) {
        add(moment);
      }
      length++;
    }

    private void add(@Nullable Moment moment) {
      @Nullable Moment[] all = moments == null ? new Moment[arrivals.length] : moments;
      if (all.length < arrivals.length) {
        all = Arrays.copyOf(all, arrivals.length);
      }
      all[length] = moment;
      moments = all;
    }
  }
}
