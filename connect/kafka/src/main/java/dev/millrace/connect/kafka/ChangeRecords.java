package dev.millrace.connect.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.type.Batch;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Makes the records of a batch of changes, as the sink's mode wants them. For one thread. */
final class ChangeRecords {
  private final SinkContext context;
  private final RowRecords rows;
  private final DebeziumEnvelope envelope;
  private final boolean tombstones;
  private final int partitions;
  private int turn;

  ChangeRecords(SinkContext context, int partitions, Clock clock) {
    this.context = context;
    List<String> key =
        context.mode() == WriteMode.APPEND
            ? context.options().texts(SinkTopic.RECORD_KEY)
            : context.key();
    this.rows = new RowRecords(context, key);
    this.envelope = new DebeziumEnvelope(context, clock);
    this.tombstones = context.options().flag(SinkTopic.TOMBSTONES);
    this.partitions = partitions;
  }

  /** Sends the records of a batch in order. */
  void send(Batch batch, long sequence, Consumer<ProducerRecord<byte[], byte[]>> sender) {
    switch (context.mode()) {
      case APPEND -> append(batch, sender);
      case UPSERT -> upsert(batch, sender);
      case DEBEZIUM -> envelopes(batch, sequence, sender);
    }
  }

  private void append(Batch batch, Consumer<ProducerRecord<byte[], byte[]>> sender) {
    for (int row = 0; row < batch.size(); row++) {
      String key = rows.isKeyed() ? rows.key(batch, row) : null;
      // Kafka's own choice stays with one partition for long, and the others look idle.
      Integer partition = key == null ? (Integer) (turn++ & Integer.MAX_VALUE) % partitions : null;
      sender.accept(rows.record(batch, row, partition, key, rows.row(batch, row)));
    }
  }

  private void upsert(Batch batch, Consumer<ProducerRecord<byte[], byte[]>> sender) {
    for (int row = 0; row < batch.size(); row++) {
      String value = batch.weights()[row] > 0 ? rows.row(batch, row) : null;
      sender.accept(rows.record(batch, row, null, rows.key(batch, row), value));
    }
  }

  /** A row that is taken back, until the one that replaces it comes. */
  private record Before(int row, String json) {}

  private void envelopes(
      Batch batch, long sequence, Consumer<ProducerRecord<byte[], byte[]>> sender) {
    Map<String, Before> gone = new LinkedHashMap<>();
    for (int row = 0; row < batch.size(); row++) {
      String key = rows.key(batch, row);
      String json = rows.row(batch, row);
      if (batch.weights()[row] < 0) {
        // Of several the first: what came after it did not reach the topic.
        gone.putIfAbsent(key, new Before(row, json));
        continue;
      }
      Before before = gone.remove(key);
      String was = before == null ? null : before.json();
      if (!json.equals(was)) {
        sender.accept(rows.record(batch, row, null, key, envelope.of(was, json, sequence)));
      }
    }
    gone.forEach((key, before) -> delete(batch, before, key, sequence, sender));
  }

  private void delete(
      Batch batch,
      Before before,
      String key,
      long sequence,
      Consumer<ProducerRecord<byte[], byte[]>> sender) {
    String value = envelope.of(before.json(), null, sequence);
    sender.accept(rows.record(batch, before.row(), null, key, value));
    if (tombstones) {
      sender.accept(rows.record(batch, before.row(), null, key, null));
    }
  }

  /** Takes a key back that the topic holds, given the value of its newest record. */
  void takeBack(
      int partition, byte[] key, byte[] value, Consumer<ProducerRecord<byte[], byte[]>> sender) {
    if (context.mode() == WriteMode.DEBEZIUM) {
      DebeziumEnvelope.after(new String(value, UTF_8))
          .filter(after -> !after.equals("null"))
          .map(after -> envelope.of(after, null, 0).getBytes(UTF_8))
          .ifPresent(
              gone -> sender.accept(new ProducerRecord<>(context.table(), partition, key, gone)));
    }
    if (context.mode() == WriteMode.UPSERT || tombstones) {
      sender.accept(new ProducerRecord<>(context.table(), partition, key, null));
    }
  }
}
