package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.Cluster;
import dev.millrace.log.PartitionLag;
import dev.millrace.log.ReaderOptions;
import dev.millrace.log.TopicReader;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The life of events: poll, decode, apply, commit, deliver. One flow serves one connected component
 * of sources and streams, on one thread: each source is admitted once, chained streams share the
 * transaction, and nobody else alters their tables.
 *
 * <p>The store is the truth. After any fault whose outcome is unknown the flow forgets what it
 * holds in memory, reads positions, watermarks and indexes back, and goes on from there; so a
 * restart is invisible.
 */
public final class Flow implements AutoCloseable {
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private final String name;
  private final Store store;
  private final Cluster cluster;
  private final ReaderOptions options;
  private final BatchRunner runner;
  private final List<String> topics;
  private final Runnable onCommit;
  private final Idleness idleness;
  private final Retention retention;
  private final Thread thread;
  private final StopSignal stop = new StopSignal();
  private final FlowHealth health;
  private final Endings endings;
  private volatile boolean replayRequested = true;
  private volatile boolean reloadRequested;
  private volatile boolean filling;

  /** Held for a batch; fair, so that whoever waits for the flow gets it after the batch in hand. */
  private final ReentrantLock turn = new ReentrantLock(true);

  /**
   * A flow that {@link #start} sets going.
   *
   * @param parts what it consists of
   * @param options bounds of a batch
   * @param onCommit called on the flow's thread after every committed batch
   */
  public Flow(
      FlowParts parts,
      Store store,
      Cluster cluster,
      ReaderOptions options,
      Clock clock,
      Runnable onCommit) {
    this.name = parts.name();
    this.store = store;
    this.cluster = cluster;
    this.options = options;
    this.runner = new BatchRunner(parts, clock, new Workers());
    this.health = new FlowHealth(name, store, runner.notes());
    this.endings = new Endings(parts.sources());
    this.topics = parts.sources().stream().map(s -> s.stream().topic()).toList();
    this.onCommit = onCommit;
    this.retention = new Retention(cluster, topics);
    this.idleness = new Idleness(parts.sources(), System::nanoTime);
    this.thread = new Thread(this::run, "flow " + name);
    this.thread.setDaemon(true);
  }

  /** Makes what is missing in the store. */
  public void prepare(Writer writer) throws SQLException {
    runner.load(store, writer);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  private void run() {
    long pause = FIRST_PAUSE_MILLIS;
    while (!stop.isGiven()) {
      try (Writer writer = store.writer()) {
        load(writer);
        try (TopicReader reader = TopicReader.open(cluster, options, topics, runner.positions())) {
          runner.expect(reader.positions());
          idleness.listen();
          try (Intake intake = new Intake(name, reader, runner.sources())) {
            while (!stop.isGiven() && !reloadRequested) {
              retention.look(writer);
              hold();
              try {
                retention.apply(writer);
                step(intake, reader, writer);
              } finally {
                release();
              }
              pause = FIRST_PAUSE_MILLIS;
            }
          }
        }
      } catch (StopException e) {
        health.ended(e.problem());
        return;
      } catch (RetryException e) {
        health.caughtUp(false);
        health.is(Health.RETRYING, e.problem());
        stop.pause(pause);
        pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
      } catch (InterruptedException e) {
        stop.give();
      } catch (SQLException | RuntimeException e) {
        health.failed(e);
        return;
      } catch (Error e) {
        health.failed(e);
        throw e;
      }
    }
  }

  private void load(Writer writer) throws SQLException, InterruptedException {
    hold();
    try {
      reloadRequested = false;
      runner.load(store, writer);
    } finally {
      release();
    }
    // What other threads wait for may be there now.
    onCommit.run();
  }

  /**
   * Keeps the flow between two batches until {@link #release}, by the same thread: what is
   * committed stays as it is.
   */
  void hold() throws InterruptedException {
    turn.lockInterruptibly();
  }

  /** The flow goes on. */
  void release() {
    turn.unlock();
  }

  /** The store's tables of some streams are other ones now. */
  void reload() {
    health.caughtUp(false);
    reloadRequested = true;
  }

  /**
   * One turn: waits for records a little, and makes a batch of what came or of a watermark that can
   * move.
   */
  private void step(Intake intake, TopicReader reader, Writer writer)
      throws SQLException, InterruptedException {
    if (reloadRequested || isPaused(writer)) {
      return;
    }
    intake.wantEnds(endings.expected());
    Intake.Taken taken = intake.take();
    health.lag(taken.lag());
    boolean silent = idleness.observe(taken, reader.state().connected());
    boolean end = taken.isEmpty() && endings.apply(taken.ends(), taken.ended());
    // A stream that is being filled would not get what is admitted now, as it has read past it.
    boolean replay = replayRequested && !filling;
    if (replay) {
      replayRequested = false;
    }
    if (!taken.isEmpty() || silent || end || replay || runner.lookups().isBehind()) {
      try {
        runner.run(writer, taken.records(), taken.positions(), replay, onCommit);
      } catch (SQLException | RuntimeException e) {
        if (replay) {
          replayRequested = true;
        }
        throw e;
      }
      endings.committed();
    }
    intake.release();
    health.caughtUp(
        taken.isEmpty()
            && taken.lag().stream().allMatch(PartitionLag::caughtUp)
            && !runner.hasMoved()
            && !runner.lookups().isBehind()
            && !replayRequested);
    health.after(reader.state());
  }

  /**
   * True while it must not go on: an append outbox is at its cap (upserts are compacted by their
   * delivery meanwhile), or a table has not the columns that streams know.
   */
  private boolean isPaused(Writer writer) throws SQLException {
    Optional<Problem> reason =
        runner.outboxes().stream()
            .filter(Outbox::isFull)
            .findFirst()
            .map(full -> FlowError.outboxFull(full.sink()));
    if (reason.isEmpty()) {
      reason = runner.lookups().look(writer);
    }
    if (reason.isEmpty()) {
      return false;
    }
    health.caughtUp(false);
    health.is(Health.PAUSED, reason.get());
    stop.pause(200);
    return true;
  }

  /**
   * A stream of a source ({@code source.stream}) will never have another record than those in its
   * topic.
   */
  public void sourceEnded(String stream) {
    health.caughtUp(false);
    endings.add(stream);
  }

  /** Rejected records were marked for another try, which waits while a stream is filled. */
  public void replay() {
    health.caughtUp(false);
    replayRequested = true;
  }

  /**
   * A build has committed.
   *
   * @param tables what it may have written, as {@code schema.table} in lower case; empty if that
   *     may be anything
   */
  public void written(Set<String> tables) {
    runner.lookups().written(tables);
  }

  /** Streams of it are filled by somebody else, or that has ended, well or not. */
  void filling(boolean now) {
    filling = now;
  }

  /** Its name: the first source's. */
  public String name() {
    return name;
  }

  /** How it is doing. */
  public FlowHealth health() {
    return health;
  }

  /** True if everything in the topics was read and committed, as of the last poll. */
  public boolean isCaughtUp() {
    return health.isCaughtUp()
        && endings.expected().isEmpty()
        && !filling
        && !runner.lookups().isBehind();
  }

  /** What it consists of, for status. */
  public BatchRunner runner() {
    return runner;
  }

  /** Ends after the batch in hand. */
  @Override
  public void close() {
    stop.give();
    try {
      thread.join(30_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    runner.close();
  }

  /** Its problem and those of its streams, for the summary. */
  public List<Problem> problems() {
    return Stream.concat(
            health.problem().stream(), runner.streams().stream().flatMap(s -> s.stopped().stream()))
        .toList();
  }
}
