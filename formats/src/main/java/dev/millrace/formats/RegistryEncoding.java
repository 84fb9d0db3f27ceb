package dev.millrace.formats;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.formats.avro.AvroEncoding;
import dev.millrace.formats.protobuf.ProtobufEncoding;
import dev.millrace.formats.protobuf.ProtobufSchema;
import dev.millrace.formats.registry.RegistryClient;
import dev.millrace.formats.registry.RegistryError;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values in Avro or Protobuf as Confluent's serializers write them, of which {@link
 * RegistryDecoding} is the other side. The schema is that of the columns; it is registered under
 * {@code <topic>-value}, and that of keys under {@code <topic>-key}, when the first one is written.
 * Thread-safe.
 */
public final class RegistryEncoding implements RecordEncoding {
  private final Supplier<RegistryClient> registry;
  private final @Nullable Part value;
  private final @Nullable Part key;

  /**
   * How values or keys are written.
   *
   * @param type Avro or Protobuf
   * @param columns that they have; of keys none, in Avro, if they are texts
   */
  public record Written(SchemaType type, List<Column> columns) {
    /** Copies the list. */
    public Written {
      columns = List.copyOf(columns);
    }
  }

  /**
   * An encoding.
   *
   * @param value of values; empty to leave them as they are
   * @param key of keys; empty to leave them as they are
   */
  public RegistryEncoding(
      String topic,
      Optional<Written> value,
      Optional<Written> key,
      Supplier<RegistryClient> registry) {
    this.registry = registry;
    this.value = value.map(w -> new Part(topic + "-value", topic, w)).orElse(null);
    this.key = key.map(w -> new Part(topic + "-key", topic + "_key", w)).orElse(null);
  }

  /** Keys or values. */
  private final class Part {
    private final String subject;
    private final String name;
    private final Written written;
    private volatile @Nullable RowEncoding encoding;
    private volatile int id;

    Part(String subject, String name, Written written) {
      this.subject = subject;
      this.name = name;
      this.written = written;
      if (written.type() == SchemaType.AVRO) {
        encoding =
            written.columns().isEmpty()
                ? AvroEncoding.ofTexts()
                : AvroEncoding.ofRows(name, written.columns());
      }
    }

    private RowEncoding encoding() {
      RowEncoding made = encoding;
      if (made == null) {
        made = new ProtobufEncoding(name, written.columns(), newest());
        encoding = made;
      }
      return made;
    }

    /** What was written before, of which numbers of fields are kept. */
    private Optional<ProtobufSchema> newest() {
      RegistryClient client = registry.get();
      Optional<SchemaText> newest = client.latest(subject);
      if (newest.isEmpty() || newest.get().type() != SchemaType.PROTOBUF) {
        return Optional.empty();
      }
      try {
        return Optional.of((ProtobufSchema) Schemas.parse(newest.get(), client::referred));
      } catch (InvalidSchemaException e) {
        throw new StopException(
            Problem.error(
                RegistryError.REGISTRY_FAILED,
                null,
                "the newest schema of subject `%s` cannot be read: %s"
                    .formatted(subject, e.getMessage()),
                "look at it in the registry"),
            e);
      }
    }

    private int id(RowEncoding rows) {
      // A registry's ids begin at 1. Registering twice does nothing the second time.
      if (id == 0) {
        id = registry.get().register(subject, rows.schema());
      }
      return id;
    }

    byte[] encode(byte[] json) throws BadRecordException {
      RowEncoding rows = encoding();
      byte[] bytes = rows.encode(json, RegistryDecoding.HEADER);
      ByteBuffer.wrap(bytes).put((byte) 0).putInt(id(rows));
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
