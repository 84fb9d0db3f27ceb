package dev.millrace.engine.delivery;

import dev.millrace.api.connect.QuerySink;
import dev.millrace.api.connect.ReadableSink;
import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkPace;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers one outbox to one sink on a thread of its own. The position is the target's: it is read
 * at the start and after every fault, so that a chunk whose outcome is unknown is neither lost nor
 * applied twice. A target that is away is tried again with growing pauses and stops nothing else.
 * Until it is started changes wait in the outbox.
 */
public final class Delivery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;
  private static final long REST_MILLIS = 1_000;
  private static final long GATHERING_MILLIS = 50;
  private static final long TRIM_EVERY_NANOS = 1_000_000_000L;

  private final Outbox outbox;
  private final Store store;
  private final Supplier<Sink> open;
  private final boolean adopt;
  private final Optional<LiveView> live;
  private final Supplier<Optional<Problem>> withheld;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final LongAdder rows = new LongAdder();
  private volatile boolean started;
  private volatile boolean closing;
  private volatile boolean hurried;
  private volatile boolean stuck;
  private volatile Health health = Health.OK;
  private volatile @Nullable Problem problem;
  private volatile long oldestMicros = Long.MAX_VALUE;
  private long trimmedAt = System.nanoTime();
  private @Nullable Long chunkAt;
  private boolean untrimmed;

  /**
   * A delivery that {@link #start} sets going.
   *
   * @param open connects to the target
   * @param adopt true if a person has said that a target which knows another store may be emptied
   *     and filled again
   * @param live the name of the view that shows what is delivered and what waits; the sink is a
   *     {@link ReadableSink} then
   */
  public Delivery(
      Outbox outbox, Store store, Supplier<Sink> open, boolean adopt, Optional<String> live) {
    this(outbox, store, open, adopt, live, Optional::empty);
  }

  /**
   * As the other.
   *
   * @param withheld why changes do not come to the outbox; empty if they do
   */
  public Delivery(
      Outbox outbox,
      Store store,
      Supplier<Sink> open,
      boolean adopt,
      Optional<String> live,
      Supplier<Optional<Problem>> withheld) {
    this.live = live.map(name -> new LiveView(outbox.sink(), name));
    this.withheld = withheld;
    this.outbox = outbox;
    this.store = store;
    this.open = open;
    this.adopt = adopt;
    this.thread = new Thread(this::run, "sink " + outbox.sink().name());
    this.thread.setDaemon(true);
  }

  /** Starts the thread, once the target's system runs. Nothing happens after {@link #close}. */
  public void start() {
    lock.lock();
    try {
      if (!closing && !started) {
        started = true;
        thread.start();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The outbox that it delivers. */
  public Outbox outbox() {
    return outbox;
  }

  /** True once it was started. */
  public boolean isStarted() {
    return started;
  }

  /** How it is doing; paused until it is started. */
  public Health health() {
    if (!started) {
      return Health.PAUSED;
    }
    if (health == Health.OK && withheld.get().isPresent()) {
      return Health.PAUSED;
    }
    return health == Health.OK && isDrained() ? Health.IDLE : health;
  }

  /** What is wrong; empty while all is well. */
  public Optional<Problem> problem() {
    return Optional.ofNullable(problem).or(withheld);
  }

  /** Why it does not deliver now: what is wrong, or what it waits for. */
  public Optional<Problem> reason() {
    Optional<Problem> reason = problem();
    if (started || reason.isPresent()) {
      return reason;
    }
    return Optional.of(
        outbox.isReady()
            ? DeliveryError.systemStarting(outbox.sink())
            : DeliveryError.streamFilling(outbox.sink()));
  }

  /** Changes delivered since the start. */
  public long rows() {
    return rows.sum();
  }

  /**
   * When the oldest change that waits was committed, microseconds since 1970; empty if none waits.
   */
  public Optional<Long> oldestPendingMicros() {
    long oldest = oldestMicros;
    return isDrained() || oldest == Long.MAX_VALUE ? Optional.empty() : Optional.of(oldest);
  }

  /** True if it was started and the target holds everything that was written. */
  public boolean isDrained() {
    return started && outbox.isDrained();
  }

  /** True if it has stopped and its outbox is full, so that its flow waits until it is mended. */
  public boolean isStuck() {
    return stuck;
  }

  /** What waits is sent without gathering more: nothing else will come. Holds until it is sent. */
  public void hurry() {
    if (!isDrained()) {
      hurried = true;
      wake();
    }
  }

  /** New changes were committed. */
  public void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    long pause = FIRST_PAUSE_MILLIS;
    while (!closing) {
      try (Sink sink = open.get();
          Writer writer = store.writer()) {
        resume(sink, writer);
        health = Health.OK;
        problem = null;
        pause = FIRST_PAUSE_MILLIS;
        while (!closing) {
          deliver(sink, writer);
        }
        trim(sink, writer);
      } catch (StopException e) {
        stop(e);
        rest();
      } catch (RetryException e) {
        report(e.problem());
        pause = retryAfter(pause);
      } catch (SQLException e) {
        report(DeliveryError.storeFailed(outbox.sink(), e));
        pause = retryAfter(pause);
      } catch (RuntimeException | Error e) {
        LOG.error("sink {} failed", outbox.sink().name(), e);
        stop(new StopException(DeliveryError.unexpected(outbox.sink(), e), e));
        rest();
      }
    }
  }

  /** Until the end nothing is delivered; the flow goes on as long as what waits has room. */
  private void rest() {
    while (!closing) {
      compactIfFull();
      stuck = outbox.isFull();
      await(REST_MILLIS, false);
    }
  }

  private void stop(MillraceException e) {
    problem = e.problem();
    health = Health.STOPPED;
    LOG.error("sink {} stopped: {}", outbox.sink().name(), e.getMessage());
  }

  private void report(Problem reason) {
    if (health != Health.RETRYING) {
      LOG.warn("sink {} is retrying: {}", outbox.sink().name(), reason);
    }
    problem = reason;
    health = Health.RETRYING;
  }

  private long retryAfter(long pauseMillis) {
    compactIfFull();
    await(pauseMillis, false);
    return Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
  }

  /** Continues behind the position that the target holds. */
  private void resume(Sink sink, Writer writer) throws SQLException {
    Optional<SinkPosition> held = sink.position();
    if (held.isPresent() && !held.get().epoch().equals(store.epoch())) {
      if (!adopt) {
        throw new StopException(DeliveryError.otherEpoch(outbox.sink()), null);
      }
      sink.adopt();
      held = Optional.empty();
    }
    long earlier = held.map(SinkPosition::sequence).orElse(0L);
    if (earlier > 0 && earlier <= outbox.begun()) {
      if (!adopt) {
        throw new StopException(DeliveryError.earlierSink(outbox.sink()), null);
      }
      sink.adopt();
      held = Optional.empty();
    }
    long sequence = held.map(SinkPosition::sequence).orElse(0L);
    if (sequence > outbox.written()) {
      throw new StopException(
          DeliveryError.targetAhead(outbox.sink(), sequence, outbox.written()), null);
    }
    if (sequence < outbox.delivered()) {
      throw new StopException(
          DeliveryError.targetBehind(outbox.sink(), sequence, outbox.delivered()), null);
    }
    outbox.acknowledged(sequence);
    untrimmed = true;
    trim(sink, writer);
  }

  private void deliver(Sink sink, Writer writer) throws SQLException {
    SinkPace pace = sink.pace();
    long early = millisTooEarly(pace);
    boolean sent =
        early == 0
            && !outbox.isDrained()
            && (sink instanceof QuerySink reading ? send(reading, pace) : send(sink, pace));
    if (untrimmed && System.nanoTime() - trimmedAt > TRIM_EVERY_NANOS) {
      trim(sink, writer);
    }
    if (early > 0 && !outbox.isDrained()) {
      await(Math.min(early, GATHERING_MILLIS), false);
    } else if (!sent) {
      await(untrimmed ? 200 : 1_000, true);
    }
  }

  private boolean send(Sink sink, SinkPace pace) throws SQLException {
    Optional<Outbox.Chunk> chunk;
    try (Connection connection = store.connect()) {
      chunk = outbox.read(connection, pace);
    }
    chunk.ifPresent(
        c ->
            send(
                c.batch().size(),
                c.lastSequence(),
                c.oldestMicros(),
                () -> sink.deliver(c.batch(), c.lastSequence())));
    return chunk.isPresent();
  }

  private boolean send(QuerySink sink, SinkPace pace) throws SQLException {
    try (Connection connection = store.connect()) {
      Optional<Outbox.Stretch> stretch = outbox.stretch(connection, pace);
      stretch.ifPresent(
          s ->
              send(
                  s.rows(),
                  s.lastSequence(),
                  s.oldestMicros(),
                  () -> sink.deliver(connection, s.query(), s.lastSequence())));
      return stretch.isPresent();
    }
  }

  private void send(long size, long lastSequence, long oldest, Runnable delivery) {
    chunkAt = System.nanoTime();
    oldestMicros = oldest;
    FaultPoint.pass("before-delivery");
    delivery.run();
    FaultPoint.pass("after-delivery");
    outbox.acknowledged(lastSequence);
    rows.add(size);
    untrimmed = true;
    oldestMicros = Long.MAX_VALUE;
    hurried = hurried && !outbox.isDrained();
  }

  /** How long to gather on, as long as the next chunk is not full. */
  private long millisTooEarly(SinkPace pace) {
    Long before = chunkAt;
    if (before == null || hurried || outbox.fills(pace)) {
      return 0;
    }
    long passed = System.nanoTime() - before;
    return Math.max(0, TimeUnit.NANOSECONDS.toMillis(pace.between().toNanos() - passed));
  }

  private void trim(Sink sink, Writer writer) throws SQLException {
    if (untrimmed) {
      Optional<ReadableSink.Target> target =
          live.isPresent() ? Optional.of(((ReadableSink) sink).target()) : Optional.empty();
      writer.transact(
          transaction -> {
            outbox.trim(transaction);
            if (target.isPresent()) {
              live.orElseThrow().replace(transaction, outbox, target.get());
            }
            return true;
          });
      untrimmed = false;
      trimmedAt = System.nanoTime();
    }
  }

  private void compactIfFull() {
    if (outbox.isFull() && !outbox.sink().key().isEmpty()) {
      try (Writer writer = store.writer()) {
        writer.transact(
            transaction -> {
              outbox.compact(transaction);
              return true;
            });
      } catch (SQLException | MillraceException e) {
        LOG.warn(
            "the outbox of sink {} could not be compacted: {}",
            outbox.sink().name(),
            e.getMessage());
      }
    }
  }

  /** Waits for {@link #wake} (if {@code forChanges}), for the end, or for the time. */
  private void await(long millis, boolean forChanges) {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(millis);
      while (left > 0 && !closing && !(forChanges && !outbox.isDrained())) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      closing = true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread after the chunk in hand; what waits is delivered by the next run. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(10_000);
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join(2_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
