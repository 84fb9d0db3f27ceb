package dev.millrace.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.SourceRecord;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.RecordEncoding;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes one source's records and positions in transactions. Opening it ends whatever a
 * predecessor, dead or alive, had not committed. After any exception it is closed and another one
 * opened, since the outcome of a commit may be unknown.
 */
final class SourceWriter implements AutoCloseable {
  private final SourceTask task;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<String, Integer> partitions = new HashMap<>();
  // A file that is read on has an entry in every batch, of which only the last needs to be written.
  private final Map<String, LedgerEntry> ledger = new LinkedHashMap<>();
  private int nextKeyless;
  private final Map<String, LedgerEntry> committedLedger = new HashMap<>();
  // Set by the producer's thread, behind the last entry that Kafka took.
  private final AtomicLong ledgerEnd = new AtomicLong();
  private int records;
  private long bytes;

  /**
   * What commits did to the source's ledger.
   *
   * @param entries a key comes once
   * @param end the offset in the ledger's topic behind them
   */
  record LedgerChange(List<LedgerEntry> entries, long end) {}

  private SourceWriter(SourceTask task, KafkaProducer<byte[], byte[]> producer) {
    this.task = task;
    this.producer = producer;
  }

  static SourceWriter open(Cluster cluster, SourceTask task) {
    return new SourceWriter(
        task,
        TransactionalProducer.open(
            cluster, "millrace-source-" + task.source(), "millrace/" + task.key()));
  }

  /** Adds a record to the open transaction, or to a new one. Waits while the buffer is full. */
  void add(SourceRecord record) {
    String topic = task.topics().get(record.stream());
    if (topic == null) {
      throw new StopException(
          Problem.error(
              LogError.SOURCE_RECORD_INVALID,
              null,
              "connector `%s` returned a record for stream `%s`, which source `%s` does not have"
                  .formatted(task.connector().name(), record.stream(), task.source()),
              null),
          null);
    }
    byte[] key = record.key();
    byte[] value = record.value();
    Map<String, byte[]> headers = record.headers();
    RecordEncoding encoding = task.encodings().get(record.stream());
    if (encoding != null && !headers.containsKey(SourceRecord.REJECTED)) {
      try {
        value = value == null ? null : encoding.value(value);
        key = encoding.key(key);
      } catch (BadRecordException e) {
        // It stays what the connector gave, and whoever reads it is told why it is no row.
        headers = new LinkedHashMap<>(headers);
        headers.put(SourceRecord.REJECTED, e.reason().getBytes(UTF_8));
        value = record.value();
      }
    }
    Integer partition = key == null ? keyless(topic) : null;
    long timestamp = Math.max(0, record.timestamp().toEpochMilli());
    if (records == 0) {
      producer.beginTransaction();
    }
    ProducerRecord<byte[], byte[]> sent =
        new ProducerRecord<>(topic, partition, timestamp, key, value);
    headers.forEach(sent.headers()::add);
    producer.send(sent);
    records++;
    bytes += (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
  }

  /** In turn: Kafka's own choice stays with one partition for long, and the others look idle. */
  private Integer keyless(String topic) {
    int count =
        partitions.computeIfAbsent(topic, name -> Math.max(1, producer.partitionsFor(name).size()));
    nextKeyless = (nextKeyless + 1) & Integer.MAX_VALUE;
    return nextKeyless % count;
  }

  /** Adds an entry of the source's ledger to what is committed next. */
  void note(LedgerEntry entry) {
    ledger.put(entry.key(), entry);
  }

  /**
   * Commits records and ledger entries since the last commit, with the position behind them.
   *
   * @param position null if the source has none yet
   */
  void commit(@Nullable String position) {
    if (records == 0) {
      producer.beginTransaction();
    }
    for (LedgerEntry entry : ledger.values()) {
      producer.send(
          LedgerLog.record(task, entry),
          (sent, e) -> {
            if (e == null) {
              ledgerEnd.set(sent.offset() + 1);
            }
          });
    }
    producer.send(PositionLog.record(task.key(), position));
    FaultPoint.pass("source-before-commit");
    producer.commitTransaction();
    FaultPoint.pass("source-after-commit");
    records = 0;
    bytes = 0;
    committedLedger.putAll(ledger);
    ledger.clear();
  }

  /** What commits have done to the ledger since the last call. */
  LedgerChange takeLedgerChange() {
    LedgerChange change = new LedgerChange(List.copyOf(committedLedger.values()), ledgerEnd.get());
    committedLedger.clear();
    return change;
  }

  /** True if nothing was added since the last commit. */
  boolean isEmpty() {
    return records == 0 && ledger.isEmpty();
  }

  /** Records in the open transaction. */
  int records() {
    return records;
  }

  /** Bytes in the open transaction. */
  long bytes() {
    return bytes;
  }

  /** Leaves an open transaction to be aborted by the successor or by its timeout; never throws. */
  @Override
  public void close() {
    try {
      if (records > 0) {
        producer.abortTransaction();
      }
    } catch (RuntimeException e) {
      // The producer may be past that; its successor aborts.
    }
    try {
      producer.close(Duration.ZERO);
    } catch (RuntimeException e) {
      // Nothing is left to free.
    }
  }
}
