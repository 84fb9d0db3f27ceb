package dev.millrace.formats;

import dev.millrace.api.type.Column;
import dev.millrace.formats.avro.AvroEncoding;
import dev.millrace.formats.registry.RegistryClient;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values in Avro as Confluent's serializers write them, of which {@link RegistryDecoding} is the
 * other side. The schema is that of the columns; it is registered under {@code <topic>-value}, and
 * that of keys under {@code <topic>-key}, when the first one is written. Thread-safe.
 */
public final class RegistryEncoding implements RecordEncoding {
  private final Supplier<RegistryClient> registry;
  private final @Nullable Part value;
  private final @Nullable Part key;

  /**
   * An encoding.
   *
   * @param columns of values; empty to leave values as they are
   * @param keyColumns of keys that are objects, none of keys that are texts; empty to leave keys as
   *     they are
   */
  public RegistryEncoding(
      String topic,
      Optional<List<Column>> columns,
      Optional<List<Column>> keyColumns,
      Supplier<RegistryClient> registry) {
    this.registry = registry;
    this.value =
        columns.map(c -> new Part(topic + "-value", AvroEncoding.ofRows(topic, c))).orElse(null);
    this.key = keyColumns.map(c -> new Part(topic + "-key", keyEncoding(topic, c))).orElse(null);
  }

  private static AvroEncoding keyEncoding(String topic, List<Column> columns) {
    return columns.isEmpty()
        ? AvroEncoding.ofTexts()
        : AvroEncoding.ofRows(topic + "_key", columns);
  }

  /** Keys or values. */
  private final class Part {
    private final String subject;
    private final AvroEncoding avro;
    private volatile int id;

    Part(String subject, AvroEncoding avro) {
      this.subject = subject;
      this.avro = avro;
    }

    private int id() {
      // A registry's ids begin at 1. Registering twice does nothing the second time.
      if (id == 0) {
        id = registry.get().register(subject, new SchemaText(SchemaType.AVRO, avro.schema()));
      }
      return id;
    }

    byte[] encode(byte[] json) throws BadRecordException {
      byte[] bytes = avro.encode(json, RegistryDecoding.HEADER);
      ByteBuffer.wrap(bytes).put((byte) 0).putInt(id());
      return bytes;
    }
  }

  @Override
  public byte[] value(byte[] row) throws BadRecordException {
    return value == null ? row : value.encode(row);
  }

  @Override
  public byte @Nullable [] key(byte @Nullable [] bytes) throws BadRecordException {
    return key == null || bytes == null ? bytes : key.encode(bytes);
  }
}
