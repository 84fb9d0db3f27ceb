package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreError;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.Cluster;
import dev.millrace.log.PartitionLag;
import dev.millrace.log.ReaderOptions;
import dev.millrace.log.TopicReader;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  private static final Logger LOG = LoggerFactory.getLogger(Flow.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private final String name;
  private final Store store;
  private final Cluster cluster;
  private final ReaderOptions options;
  private final BatchRunner runner;
  private final List<String> topics;
  private final List<Outbox> outboxes;
  private final Runnable onCommit;
  private final Idleness idleness;
  private final Retention retention;
  private final Thread thread;
  private final StopSignal stop = new StopSignal();
  private final Set<String> ended = ConcurrentHashMap.newKeySet();
  private volatile Health health = Health.OK;
  private volatile @Nullable Problem problem;
  private volatile List<PartitionLag> lag = List.of();
  private volatile boolean caughtUp;
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
    this.topics = parts.sources().stream().map(s -> s.stream().topic()).toList();
    this.outboxes = runner.outboxes();
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
              turn.lockInterruptibly();
              try {
                retention.apply(writer);
                step(intake, reader, writer);
              } finally {
                turn.unlock();
              }
              pause = FIRST_PAUSE_MILLIS;
            }
          }
        }
      } catch (StopException e) {
        stopFor(e.problem());
        return;
      } catch (RetryException e) {
        caughtUp = false;
        report(Health.RETRYING, e.problem());
        stop.pause(pause);
        pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
      } catch (InterruptedException e) {
        stop.give();
      } catch (SQLException | RuntimeException e) {
        LOG.error("flow {} failed", name, e);
        stopFor(failed(e));
        return;
      } catch (Error e) {
        stopFor(failed(e));
        throw e;
      }
    }
  }

  private void load(Writer writer) throws SQLException, InterruptedException {
    turn.lockInterruptibly();
    try {
      reloadRequested = false;
      runner.load(store, writer);
    } finally {
      turn.unlock();
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
    caughtUp = false;
    reloadRequested = true;
  }

  /**
   * One turn: waits for records a little, and makes a batch of what came or of a watermark that can
   * move.
   */
  private void step(Intake intake, TopicReader reader, Writer writer)
      throws SQLException, InterruptedException {
    if (reloadRequested || waitForOutboxes() || waitForTables(writer)) {
      return;
    }
    intake.wantEnds(ended);
    Intake.Taken taken = intake.take();
    lag = taken.lag();
    boolean silent = idleness.observe(taken, reader.state().connected());
    boolean end =
        taken.isEmpty() && taken.ends() != null && endSources(taken.ends(), taken.ended());
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
      forgetEnded();
    }
    intake.release();
    caughtUp =
        taken.isEmpty()
            && lag.stream().allMatch(PartitionLag::caughtUp)
            && !runner.hasMoved()
            && !runner.lookups().isBehind()
            && !replayRequested;
    if (reader.state().connected()) {
      report(Health.OK, null);
    } else {
      report(
          Health.RETRYING,
          FlowError.disconnected(name, reader.state().lastError().orElse("no broker answers")));
    }
  }

  /**
   * An append outbox at its cap pauses the flow, loudly; upserts are compacted by their delivery
   * meanwhile.
   */
  private boolean waitForOutboxes() {
    Optional<Outbox> full = outboxes.stream().filter(Outbox::isFull).findFirst();
    if (full.isEmpty()) {
      return false;
    }
    report(Health.PAUSED, FlowError.outboxFull(full.get().sink()));
    stop.pause(200);
    return true;
  }

  /** A table whose columns are not those that streams know pauses the flow, until it has them. */
  private boolean waitForTables(Writer writer) throws SQLException {
    Optional<Problem> misfit = runner.lookups().look(writer);
    if (misfit.isEmpty()) {
      return false;
    }
    caughtUp = false;
    report(Health.PAUSED, misfit.get());
    stop.pause(200);
    return true;
  }

  /**
   * Lets the watermarks of sources that will never have another record go to the end, once all of
   * them is read.
   */
  private boolean endSources(List<PartitionLag> ends, Set<String> measured) {
    boolean moved = false;
    for (Admission source : runner.sources()) {
      boolean read =
          ends.stream()
              .filter(l -> l.topic().equals(source.stream().topic()))
              .allMatch(PartitionLag::caughtUp);
      if (read && measured.contains(source.stream().qualifiedName())) {
        source.watermarks().end();
        moved = true;
      }
    }
    return moved;
  }

  /** An end is known for good only once it is committed; until then it is tried again. */
  private void forgetEnded() {
    for (Admission source : runner.sources()) {
      if (source.watermarks().micros() == Watermarks.ENDED) {
        ended.remove(source.stream().qualifiedName());
      }
    }
  }

  private void report(Health now, @Nullable Problem reason) {
    if (now != health && reason != null) {
      LOG.warn("flow {}: {}", name, reason);
      runner.note(reason);
    }
    health = now;
    problem = reason;
  }

  private void stopFor(Problem reason) {
    report(Health.STOPPED, reason);
    caughtUp = false;
  }

  private Problem failed(Throwable e) {
    return Problem.error(
        StoreError.STATEMENT_FAILED,
        null,
        "flow " + name + " failed: " + e,
        "this is a fault of Millrace; please report it with the log");
  }

  /**
   * A stream of a source ({@code source.stream}) will never have another record than those in its
   * topic.
   */
  public void sourceEnded(String stream) {
    caughtUp = false;
    ended.add(stream);
  }

  /** Rejected records were marked for another try, which waits while a stream is filled. */
  public void replay() {
    caughtUp = false;
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
  public Health health() {
    return health == Health.OK && caughtUp ? Health.IDLE : health;
  }

  /** What is wrong; empty while all is well. */
  public Optional<Problem> problem() {
    return Optional.ofNullable(problem);
  }

  /** How far behind the topics it is, as of the last poll. */
  public List<PartitionLag> lag() {
    return lag;
  }

  /** True if everything in the topics was read and committed, as of the last poll. */
  public boolean isCaughtUp() {
    return caughtUp
        && ended.isEmpty()
        && health != Health.RETRYING
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

  /** The problems of its streams and its own, for the summary. */
  public List<Problem> problems() {
    List<Problem> all = new ArrayList<>();
    problem().ifPresent(all::add);
    runner.streams().forEach(s -> s.stopped().ifPresent(all::add));
    return all;
  }
}
