package dev.millrace.log;

import dev.millrace.api.connect.Ledger;
import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.Source;
import dev.millrace.api.connect.SourceActivity;
import dev.millrace.api.connect.SourceBatch;
import dev.millrace.api.connect.SourceContext;
import dev.millrace.api.connect.SourceTally;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one source on a thread of its own: its records and the position behind them reach Kafka in
 * one transaction, so that each record is there exactly once however often the process is killed.
 * Passing faults are retried for ever; others end the source and are in its {@link #state}.
 * Thread-safe.
 */
public final class SourceRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SourceRunner.class);

  /** A record waits this long at most for others to share its transaction. */
  private static final long LINGER = Duration.ofMillis(10).toNanos();

  /** So long if very many come, as a transaction costs the same with few records and with many. */
  private static final long LONG_LINGER = Duration.ofMillis(100).toNanos();

  /** Very many: as many bytes within {@link #LINGER}. */
  private static final long MANY_BYTES = 256 << 10;

  /** A transaction takes no further records beyond this, so that a reader need not wait. */
  private static final long MAX_BYTES = 8 << 20;

  private static final Duration IDLE = Duration.ofMillis(100);
  private static final long POSITION_INTERVAL = Duration.ofSeconds(5).toNanos();
  private static final long FIRST_BACKOFF_MS = 100;
  private static final long LAST_BACKOFF_MS = 10_000;
  private static final int MAX_FENCED = 3;

  private final Cluster cluster;
  private final SourceTask task;
  private final Amendments amendments;
  private final Thread thread;
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong transactions = new AtomicLong();
  private volatile SourceState.Status status = SourceState.Status.STARTING;
  private volatile List<Problem> problems = List.of();
  private volatile Optional<SourceActivity> activity = Optional.empty();
  private volatile OptionalLong idleAsOf = OptionalLong.empty();

  /** Of sources that were opened before the one that is open. */
  private SourceTally before = SourceTally.NONE;

  private volatile int retries;
  private volatile boolean stopping;
  private int fenced;
  private long committedAt;
  private @Nullable String committed;

  private SourceRunner(Cluster cluster, SourceTask task) {
    this.cluster = cluster;
    this.task = task;
    this.amendments = new Amendments(cluster, task);
    this.thread = new Thread(this::run, "source-" + task.source());
    thread.setDaemon(true);
  }

  /** Starts the source behind the position that was committed last; returns at once. */
  public static SourceRunner start(Cluster cluster, SourceTask task) {
    SourceRunner runner = new SourceRunner(cluster, task);
    runner.thread.start();
    return runner;
  }

  /** A source that is not run; only its ledger can be amended. */
  public static SourceRunner stopped(Cluster cluster, SourceTask task) {
    return new SourceRunner(cluster, task);
  }

  private void run() {
    SourceState.Status end = SourceState.Status.STOPPED;
    try {
      while (!stopping) {
        try {
          status = SourceState.Status.STARTING;
          if (runUntilEnd()) {
            end = SourceState.Status.ENDED;
            problems = List.of();
            break;
          }
        } catch (RetryException e) {
          backOff(e);
        }
      }
    } catch (StopException e) {
      LOG.error("source {} stops: {}", task.source(), e.getMessage(), e);
      problems = e.problems();
      end = SourceState.Status.FAILED;
    } catch (RuntimeException | Error e) {
      LOG.error("source {} fails", task.source(), e);
      problems = List.of(bug(e));
      end = SourceState.Status.FAILED;
    }
    status = end;
  }

  private Problem bug(Throwable thrown) {
    return Problem.error(
        LogError.SOURCE_FAILED,
        null,
        "source `%s` (connector `%s`) failed: %s"
            .formatted(task.source(), task.connector().name(), thrown),
        "please report this with the log");
  }

  /** One life of writer and source; true if the source has ended. */
  private boolean runUntilEnd() {
    try (SourceWriter writer = openWriter();
        SourceLedger ledger = SourceLedger.open(cluster, task)) {
      amendments.apply(writer, ledger, committed, Optional.empty());
      try (Source source = task.connector().open(context(ledger.ledger()))) {
        before = activity.map(SourceActivity::tally).orElse(SourceTally.NONE);
        return transfer(source, writer, ledger);
      }
    } catch (KafkaException e) {
      throw failure(e);
    }
  }

  /** A writer that has ended its predecessor's transaction, so that the position is known. */
  private SourceWriter openWriter() {
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      PositionLog.ensure(admin);
      SourceWriter writer = SourceWriter.open(cluster, task);
      try {
        committed =
            PositionLog.read(cluster, admin, task.key(), "source `" + task.source() + "`")
                .orElse(null);
        return writer;
      } catch (RuntimeException e) {
        writer.close();
        throw e;
      }
    }
  }

  private SourceContext context(Ledger ledger) {
    return new SourceContext(
        task.source(),
        task.system(),
        task.systemType(),
        task.options(),
        task.streams(),
        Optional.ofNullable(committed),
        ledger,
        task.scope(),
        task.folder(),
        task.clock());
  }

  private boolean transfer(Source source, SourceWriter writer, SourceLedger ledger) {
    String position = null;
    long begun = 0;
    while (!stopping) {
      if (!amendments.isEmpty()) {
        if (position != null && !writer.isEmpty()) {
          commit(source, writer, ledger, position);
        }
        amendments.apply(writer, ledger, committed, Optional.of(source));
      }
      status = SourceState.Status.RUNNING;
      SourceBatch batch = source.poll(wait(writer, begun));
      position = batch.position();
      tell(source);
      idleAsOf = source.idleAsOf();
      if (writer.isEmpty()) {
        begun = System.nanoTime();
      }
      batch.records().forEach(writer::add);
      batch.ledger().forEach(writer::note);
      if (batch.ended() || due(writer, begun, batch)) {
        commit(source, writer, ledger, position);
      }
      if (batch.ended()) {
        return true;
      }
    }
    if (position != null && !writer.isEmpty()) {
      commit(source, writer, ledger, position);
    }
    return false;
  }

  private static Duration wait(SourceWriter writer, long begun) {
    if (writer.isEmpty()) {
      return IDLE;
    }
    return Duration.ofNanos(Math.max(0, LINGER - (System.nanoTime() - begun)));
  }

  private boolean due(SourceWriter writer, long begun, SourceBatch last) {
    if (writer.isEmpty()) {
      return !last.position().equals(committed)
          && System.nanoTime() - committedAt > POSITION_INTERVAL;
    }
    boolean many = writer.bytes() >= MANY_BYTES && !last.records().isEmpty();
    return writer.bytes() >= MAX_BYTES
        || System.nanoTime() - begun >= (many ? LONG_LINGER : LINGER);
  }

  private void commit(Source source, SourceWriter writer, SourceLedger ledger, String position) {
    int count = writer.records();
    long size = writer.bytes();
    if (writer.isEmpty() && position.equals(committed)) {
      return;
    }
    writer.commit(position);
    committed = position;
    committedAt = System.nanoTime();
    records.addAndGet(count);
    bytes.addAndGet(size);
    transactions.incrementAndGet();
    ledger.share(writer);
    if (retries > 0 || !problems.isEmpty()) {
      LOG.info("source {} goes on", task.source());
    }
    retries = 0;
    fenced = 0;
    problems = List.of();
    source.committed();
    tell(source);
  }

  private void tell(Source source) {
    activity = source.activity().map(a -> a.with(before.plus(a.tally())));
  }

  private MillraceException failure(KafkaException thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof ProducerFencedException || e instanceof InvalidProducerEpochException) {
        return fenced(thrown);
      }
      if (e instanceof RecordTooLargeException) {
        return new StopException(
            Problem.error(
                LogError.SOURCE_RECORD_INVALID,
                null,
                "source `%s` returned a record that Kafka refuses: %s"
                    .formatted(task.source(), e.getMessage()),
                "raise the topic's `max.message.bytes`, or keep such records out of the source"),
            thrown);
      }
    }
    return KafkaFailure.of(thrown, cluster, "writing source `" + task.source() + "`");
  }

  /**
   * Once it may be that this process slept past the transaction's timeout; a rival fences again and
   * again.
   */
  private MillraceException fenced(KafkaException thrown) {
    Problem problem =
        Problem.error(
            LogError.SOURCE_FENCED,
            null,
            "source `%s` of project `%s` is run by another instance at `%s`"
                .formatted(task.source(), task.project(), cluster.url()),
            "stop the other instance, or give this project another name");
    return ++fenced >= MAX_FENCED
        ? new StopException(problem, thrown)
        : new RetryException(problem, thrown);
  }

  private void backOff(RetryException e) {
    int attempt = retries + 1;
    retries = attempt;
    problems = e.problems();
    status = SourceState.Status.RETRYING;
    long limit = Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS << Math.min(attempt - 1, 10));
    // Jitter, so that several sources do not come back all at once.
    long wait = limit / 2 + ThreadLocalRandom.current().nextLong(limit / 2 + 1);
    if (attempt == 1) {
      LOG.warn("source {} waits and tries again: {}", task.source(), e.getMessage());
    }
    LOG.debug("source {} waits {} ms after attempt {}", task.source(), wait, attempt, e);
    long deadline = System.nanoTime() + Duration.ofMillis(wait).toNanos();
    long soonest = System.nanoTime() + Duration.ofMillis(FIRST_BACKOFF_MS).toNanos();
    while (!stopping && System.nanoTime() < (amendments.isEmpty() ? deadline : soonest)) {
      pauseFor(Math.min(wait, 20));
    }
  }

  private void pauseFor(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      // Only close() interrupts.
      stopping = true;
    }
  }

  /**
   * Amends entries of the source's ledger: between two batches if the source is open, before it is
   * opened if it is tried again, and at once if it has ended or does not run. Waits until that is
   * committed.
   *
   * @param keys of the entries
   * @return the keys of those that were amended; the others are not as the action wants them
   * @throws RetryException if it takes too long, or the source is being stopped
   */
  public Set<String> amend(LedgerAction action, Set<String> keys) {
    Amendments.Request request = amendments.add(action, keys);
    while (!request.awaitDone()) {
      if (stopping) {
        throw amendments.giveUp(request, "is being stopped");
      }
      if (!thread.isAlive()) {
        amendWithoutSource(request);
      } else if (request.isOverdue()) {
        throw amendments.giveUp(request, "is busy");
      }
    }
    return request.amended();
  }

  /**
   * Takes the things of a source that does not run for the same ones, though the scope of its
   * ledger is another one now. Waits until that is committed.
   *
   * @return how many entries there are
   * @throws RetryException if Kafka, or the system that shares the ledger, does not answer
   */
  public int keepLedger() {
    try (SourceWriter writer = openWriter();
        SourceLedger ledger = SourceLedger.open(cluster, task)) {
      Map<String, String> entries = new LinkedHashMap<>();
      // Where others share it, theirs are kept too.
      ledger
          .ledger()
          .read(
              (key, value) -> {
                entries.remove(key);
                if (value != null) {
                  entries.put(key, value);
                }
              });
      entries.remove(LedgerEntry.SCOPE);
      task.connector().keep(entries, task.scope()).forEach(writer::note);
      writer.commit(committed);
      ledger.share(writer);
      return entries.size();
    } catch (KafkaException e) {
      throw failure(e);
    }
  }

  private synchronized void amendWithoutSource(Amendments.Request request) {
    try (SourceWriter writer = openWriter();
        SourceLedger ledger = SourceLedger.open(cluster, task)) {
      amendments.apply(writer, ledger, committed, Optional.empty());
    } catch (KafkaException e) {
      throw failure(e);
    } finally {
      amendments.remove(request);
    }
  }

  /** What the source is doing. */
  public SourceState state() {
    return new SourceState(
        status,
        records.get(),
        bytes.get(),
        transactions.get(),
        retries,
        problems,
        activity,
        idleAsOf);
  }

  /** Commits what was read, then stops; waits some seconds at most. May be called repeatedly. */
  @Override
  public void close() {
    stopping = true;
    try {
      thread.join(Duration.ofSeconds(10).toMillis());
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join(Duration.ofSeconds(5).toMillis());
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
