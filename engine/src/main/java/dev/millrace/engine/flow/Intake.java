package dev.millrace.engine.flow;

import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.DecodedRecords;
import dev.millrace.log.PartitionLag;
import dev.millrace.log.Position;
import dev.millrace.log.TopicReader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads and decodes records on a thread of its own while the flow applies a batch; what has come
 * meanwhile is the next batch, so that batches are small when little comes and large under load. A
 * batch grows to a cap, then reading waits.
 */
final class Intake implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(20);
  private static final int MAX_RECORDS = 250_000;
  private static final long MAX_BYTES = 32L << 20;

  /** Further behind than this, a large batch is worth waiting for: each costs a commit. */
  private static final long FAR_BEHIND = 50_000;

  private static final long PATIENCE_NANOS = Duration.ofMillis(200).toNanos();

  /** So many at once are a flood: then twenty batches a second are enough. */
  private static final int MANY = 2_000;

  private static final long BETWEEN_NANOS = Duration.ofMillis(50).toNanos();

  private final TopicReader reader;
  private final List<Admission> sources;

  /** Fair, so that the flow need not wait for the end of a poll. */
  private final ReentrantLock lock = new ReentrantLock(true);

  private final Condition changed = lock.newCondition();
  private final Thread thread;
  private final Deque<Batch> spare = new ArrayDeque<>();
  private Batch growing;
  private List<Position> positions;
  private List<PartitionLag> lag;
  private @Nullable List<PartitionLag> ends;
  private Set<String> endsWanted = Set.of();
  private Set<String> ended = Set.of();
  private boolean torn;
  private long heardSince = System.nanoTime();
  private long heardUntil = heardSince;
  private long takenAt = heardSince;
  private @Nullable RuntimeException failure;
  private volatile boolean closing;

  /** Records that were read together. */
  private static final class Batch {
    private final Map<String, Admission.Collector> topics = new LinkedHashMap<>();

    Batch(List<Admission> sources) {
      sources.forEach(s -> topics.put(s.stream().topic(), s.collector()));
    }

    int size() {
      return topics.values().stream().mapToInt(Admission.Collector::size).sum();
    }

    boolean isFull() {
      return size() >= MAX_RECORDS
          || topics.values().stream().mapToLong(Admission.Collector::byteCount).sum() >= MAX_BYTES;
    }
  }

  /**
   * What was read; {@link #release} it before the next one is taken.
   *
   * @param records by topic; none is normal
   * @param positions behind them
   * @param lag behind the topics' ends, as of the last answer of a broker
   * @param ends the same, measured since {@code ended} had ended, at these positions; null if not
   *     asked
   * @param ended the sources that {@link #wantEnds} asked for then
   * @param heardSince since when the topics were listened to without a break, of {@link
   *     System#nanoTime}
   * @param heardUntil when they were listened to last
   */
  record Taken(
      List<DecodedRecords> records,
      List<Position> positions,
      List<PartitionLag> lag,
      @Nullable List<PartitionLag> ends,
      Set<String> ended,
      long heardSince,
      long heardUntil) {
    boolean isEmpty() {
      return records.isEmpty();
    }
  }

  private @Nullable Batch taken;

  /** Starts reading; the reader is used by nobody else until {@link #close}. */
  Intake(String flow, TopicReader reader, List<Admission> sources) {
    this.reader = reader;
    this.sources = sources;
    this.growing = new Batch(sources);
    this.positions = reader.positions();
    this.lag = reader.lag();
    this.thread = new Thread(this::run, "read " + flow);
    this.thread.setDaemon(true);
    this.thread.start();
  }

  private void run() {
    try {
      while (!closing && awaitRoom()) {
        reader.poll(POLL, this::receive);
        polled();
      }
    } catch (RuntimeException e) {
      fail(e);
    } catch (Error e) {
      // The flow would wait for ever.
      fail(new IllegalStateException("reading failed", e));
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitRoom() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      boolean full = growing.isFull();
      while (growing.isFull() && !closing) {
        changed.await();
      }
      if (full) {
        heardSince = System.nanoTime();
      }
      return !closing;
    } finally {
      lock.unlock();
    }
  }

  private void receive(
      String topic, int partition, List<ConsumerRecord<ByteBuffer, ByteBuffer>> records) {
    lock.lock();
    try {
      Admission.Collector collector = growing.topics.get(topic);
      if (collector != null && !records.isEmpty()) {
        torn = true;
        collector.add(partition, records);
        // With the records, as a batch may be taken before the poll has ended.
        long next = records.get(records.size() - 1).offset() + 1;
        positions =
            positions.stream().map(p -> isOf(p, topic, partition) ? p.at(next) : p).toList();
        torn = false;
      }
    } finally {
      lock.unlock();
    }
  }

  private static boolean isOf(Position position, String topic, int partition) {
    return position.partition() == partition && position.topic().equals(topic);
  }

  private void polled() {
    lock.lock();
    try {
      positions = reader.positions();
      lag = reader.lag();
      ended = endsWanted;
      ends = !ended.isEmpty() && growing.size() == 0 ? reader.measureLag() : null;
      heardUntil = System.nanoTime();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void fail(RuntimeException e) {
    lock.lock();
    try {
      failure = e;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Asks for {@link Taken#ends} from now on, for sources that have ended; none for no longer. */
  void wantEnds(Set<String> wanted) {
    lock.lock();
    try {
      endsWanted = Set.copyOf(wanted);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What has come since the last time; waits a little for the first record, and longer for many if
   * there are many.
   *
   * @throws RuntimeException what reading threw, once everything before it was taken
   */
  Taken take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = POLL.toNanos();
      while (growing.size() == 0 && failure == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      long begun = System.nanoTime();
      left = patience(begun);
      while (left > 0 && failure == null && !growing.isFull()) {
        changed.awaitNanos(left);
        left = patience(begun);
      }
      takenAt = System.nanoTime();
      if (failure != null && (torn || growing.size() == 0)) {
        throw failure;
      }
      List<DecodedRecords> records = new ArrayList<>();
      Batch batch = growing;
      for (Admission.Collector collector : batch.topics.values()) {
        if (collector.size() > 0) {
          records.add(collector.collected());
        }
      }
      if (!records.isEmpty()) {
        taken = batch;
        growing = spare.isEmpty() ? new Batch(sources) : spare.pop();
        changed.signalAll();
      }
      return new Taken(records, positions, lag, ends, ended, heardSince, heardUntil);
    } finally {
      lock.unlock();
    }
  }

  /** How long to wait on for a larger batch, in nanoseconds. */
  private long patience(long begun) {
    int size = growing.size();
    if (size > 0 && lag.stream().mapToLong(PartitionLag::offsets).sum() > FAR_BEHIND) {
      return PATIENCE_NANOS - (System.nanoTime() - begun);
    }
    return size >= MANY ? BETWEEN_NANOS - (System.nanoTime() - takenAt) : 0;
  }

  /** The records that were taken are not needed any more. */
  void release() {
    lock.lock();
    try {
      Batch batch = taken;
      taken = null;
      if (batch != null) {
        batch.topics.values().forEach(Admission.Collector::clear);
        spare.push(batch);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closing = true;
    reader.wakeup();
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(1));
        reader.wakeup();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
