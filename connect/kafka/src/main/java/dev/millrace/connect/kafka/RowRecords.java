package dev.millrace.connect.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.JsonWriter;
import dev.millrace.api.type.Schema;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Makes a row's key, JSON and record. For one thread. */
final class RowRecords {
  private final Schema schema;
  private final String topic;
  private final int[] key;
  private final int[] headers;
  private final int timestamp;
  private final SinkEncoding encoding;
  private final StringBuilder text = new StringBuilder();

  /**
   * Records of a sink.
   *
   * @param key the columns of the record's key; empty for records without one
   */
  RowRecords(SinkContext context, List<String> key) {
    this.schema = context.schema();
    this.topic = context.table();
    this.key = places(key);
    this.encoding = new SinkEncoding(context, key);
    this.headers = places(context.options().texts(SinkTopic.HEADERS));
    this.timestamp =
        context
            .options()
            .optionalText(SinkTopic.TIMESTAMP)
            .map(name -> schema.names().indexOf(name))
            .orElse(-1);
  }

  private int[] places(List<String> columns) {
    return columns.stream().mapToInt(schema.names()::indexOf).toArray();
  }

  /** True if records have a key. */
  boolean isKeyed() {
    return key.length > 0;
  }

  /** The key as a JSON object. */
  String key(Batch batch, int row) {
    text.setLength(0);
    String separator = "{";
    for (int column : key) {
      field(batch, row, column, separator);
      separator = ",";
    }
    return text.append('}').toString();
  }

  /** The row as a JSON object. */
  String row(Batch batch, int row) {
    text.setLength(0);
    String separator = "{";
    for (int column = 0; column < schema.columns().size(); column++) {
      field(batch, row, column, separator);
      separator = ",";
    }
    return text.append('}').toString();
  }

  private void field(Batch batch, int row, int column, String separator) {
    Column declared = schema.columns().get(column);
    text.append(separator);
    JsonWriter.quote(declared.name(), text);
    text.append(':');
    JsonValues.write(declared.type(), batch.value(row, column), text);
  }

  /**
   * The record for a row.
   *
   * @param partition null to let the key decide
   * @param recordKey null for none
   * @param value null for a tombstone
   */
  ProducerRecord<byte[], byte[]> record(
      Batch batch,
      int row,
      @Nullable Integer partition,
      @Nullable String recordKey,
      @Nullable String value) {
    RecordHeaders all = new RecordHeaders();
    for (int column : headers) {
      Object header = batch.value(row, column);
      all.add(
          new RecordHeader(
              schema.names().get(column),
              header == null ? null : JsonValues.text(header).getBytes(UTF_8)));
    }
    Long time = timestamp < 0 ? null : RecordTimes.millis(batch.value(row, timestamp));
    return new ProducerRecord<>(
        topic,
        partition,
        time,
        encoding.key(recordKey == null ? null : recordKey.getBytes(UTF_8)),
        value == null ? null : encoding.value(value.getBytes(UTF_8)),
        all);
  }
}
