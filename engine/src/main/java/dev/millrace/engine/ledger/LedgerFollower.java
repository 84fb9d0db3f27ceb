package dev.millrace.engine.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.LedgerTable;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.Cluster;
import dev.millrace.log.LedgerLog;
import dev.millrace.log.LogError;
import dev.millrace.log.PartitionLag;
import dev.millrace.log.Position;
import dev.millrace.log.ReaderOptions;
import dev.millrace.log.Topic;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicReader;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a source's part of the table of ledgers as the ledger is, a fraction of a second behind it,
 * on a thread of its own. Whatever fails is tried again: nothing else depends on it. Thread-safe.
 */
final class LedgerFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerFollower.class);

  /**
   * A file that is being read has an entry in every transaction; so many share one of the store.
   */
  private static final Duration PACE = Duration.ofMillis(400);

  private static final Duration WAIT = Duration.ofMillis(500);
  private static final Duration BACKOFF = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LONG_PATIENCE = Duration.ofMinutes(2);
  private static final int MANY = 2_000;

  /** A position that is older is not gone on from. */
  private static final Duration OLDEST = LedgerLog.DELETIONS.dividedBy(2);

  private static final long REFRESH = LedgerLog.DELETIONS.dividedBy(24).toNanos();

  private final String project;
  private final String source;
  private final LedgerTable table;
  private final Store store;
  private final Cluster cluster;
  private final Runnable committed;
  private final Thread thread;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Map<String, byte @Nullable []> newest = new LinkedHashMap<>();
  private long written = System.nanoTime();
  private boolean startOver;

  /**
   * A follower that does not run yet.
   *
   * @param committed called after each transaction
   */
  LedgerFollower(
      String project,
      String source,
      LedgerTable table,
      Store store,
      Cluster cluster,
      Runnable committed) {
    this.project = project;
    this.source = source;
    this.table = table;
    this.store = store;
    this.cluster = cluster;
    this.committed = committed;
    this.thread = new Thread(this::run, "ledger-" + source);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    boolean over = false;
    while (!over) {
      try (Writer writer = store.writer();
          LedgerRows rows = new LedgerRows(source, table)) {
        follow(writer, rows);
        over = true;
      } catch (RetryException e) {
        LOG.debug("the ledger of source {} is read again", source, e);
      } catch (StopException e) {
        // The topic is another one, or has lost its end: what is there now counts.
        LOG.warn("the ledger of source {} is read from its beginning: {}", source, e.getMessage());
        startOver = true;
      } catch (SQLException | RuntimeException e) {
        LOG.error("the ledger of source {} is read again", source, e);
      }
      over |= pause(over ? Duration.ZERO : BACKOFF);
    }
  }

  /** Waits; true if that was cut short by the end. */
  private boolean pause(Duration wait) {
    try {
      return stopping.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private void follow(Writer writer, LedgerRows rows) throws SQLException {
    try (TopicReader reader = open(writer, rows)) {
      while (!isStopping()) {
        int count = step(writer, rows, reader, WAIT);
        if (count > 0 && count < MANY) {
          pause(PACE);
        }
      }
      // What sources that have just been stopped have written.
      catchUp(writer, rows, reader, PATIENCE);
    }
  }

  private TopicReader open(Writer writer, LedgerRows rows) throws SQLException {
    newest.clear();
    String topic = LedgerLog.topic(project, source);
    Optional<Position> position = position(writer, rows, topic);
    return TopicReader.open(
        cluster, ReaderOptions.defaults(), List.of(topic), position.stream().toList());
  }

  /** Reads up to the end as it is; false if that took too long. */
  private boolean catchUp(Writer writer, LedgerRows rows, TopicReader reader, Duration patience)
      throws SQLException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!reader.measureLag().stream().allMatch(PartitionLag::caughtUp)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      step(writer, rows, reader, WAIT);
    }
    return true;
  }

  /**
   * Reads what is in the ledger by now, instead of following it.
   *
   * @throws RetryException if Kafka does not answer, or it takes too long
   */
  void catchUp() throws SQLException {
    boolean all;
    try {
      all = readToTheEnd();
    } catch (StopException e) {
      // As when it is followed.
      startOver = true;
      all = readToTheEnd();
    }
    if (!all) {
      throw new RetryException(
          Problem.error(
              LogError.LEDGER_BUSY,
              null,
              "the ledger of source `%s` is not read within %d minutes"
                  .formatted(source, LONG_PATIENCE.toMinutes()),
              "try again: it goes on where it was"),
          null);
    }
  }

  private boolean readToTheEnd() throws SQLException {
    try (Writer writer = store.writer();
        LedgerRows rows = new LedgerRows(source, table);
        TopicReader reader = open(writer, rows)) {
      return catchUp(writer, rows, reader, LONG_PATIENCE);
    }
  }

  private Optional<Position> position(Writer writer, LedgerRows rows, String topic)
      throws SQLException {
    Topic described;
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      LedgerLog.ensure(admin, project, source);
      described = admin.describe(List.of(topic)).get(topic);
    }
    String id = described == null ? "" : described.id();
    boolean anew = startOver;
    Optional<Position> position =
        writer.transact(
            transaction -> {
              if (anew) {
                rows.clear(transaction);
              }
              return rows.position(transaction, topic, id, OLDEST);
            });
    startOver = false;
    return position;
  }

  /** Takes what comes into the store; returns how many records that were. */
  private int step(Writer writer, LedgerRows rows, TopicReader reader, Duration wait)
      throws SQLException {
    int count =
        reader.poll(
            wait,
            (topic, partition, records) ->
                records.forEach(
                    r -> newest.put(new String(bytes(r.key()), UTF_8), nullable(r.value()))));
    if (count > 0 || System.nanoTime() - written > REFRESH) {
      Position position = reader.positions().get(0);
      writer.transact(
          transaction -> {
            rows.write(transaction, newest, position);
            FaultPoint.pass("ledger-before-commit");
            return true;
          });
      newest.clear();
      written = System.nanoTime();
      committed.run();
    }
    return count;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static byte @Nullable [] nullable(@Nullable ByteBuffer buffer) {
    return buffer == null ? null : bytes(buffer);
  }

  /** Reads what is in the ledger by now, if that takes no longer than some seconds, and ends. */
  @Override
  public void close() {
    stopping.countDown();
    if (!thread.isAlive()) {
      return;
    }
    try {
      thread.join(PATIENCE.multipliedBy(2).toMillis());
      thread.interrupt();
      thread.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
