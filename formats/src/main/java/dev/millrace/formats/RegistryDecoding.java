package dev.millrace.formats;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.formats.avro.AvroDecoding;
import dev.millrace.formats.avro.AvroSchema;
import dev.millrace.formats.protobuf.ProtobufDecoding;
import dev.millrace.formats.protobuf.ProtobufSchema;
import dev.millrace.formats.registry.RegistryClient;
import dev.millrace.formats.registry.RegistryError;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Values as Confluent's serializers write them: a zero byte, the id of the schema in four bytes,
 * then the value in the schema's language. Each value is read with the schema that it was written
 * with. Thread-safe.
 */
public final class RegistryDecoding implements RecordDecoding {
  /** How many bytes stand before a value. */
  public static final int HEADER = 5;

  private static final long ASK_AGAIN = Duration.ofSeconds(5).toNanos();

  private final SchemaType type;
  private final Supplier<RegistryClient> registry;
  private final Map<Integer, RecordDecoding> known = new ConcurrentHashMap<>();
  private final Map<Integer, Long> unknown = new ConcurrentHashMap<>();

  /**
   * A decoding.
   *
   * @param type the language that is expected
   * @param registry asked for each id once; throws {@link dev.millrace.api.error.RetryException}
   *     while the registry does not run yet
   */
  public RegistryDecoding(SchemaType type, Supplier<RegistryClient> registry) {
    this.type = type;
    this.registry = registry;
  }

  @Override
  public void decode(byte[] bytes, int start, int length, JsonOutput out)
      throws BadRecordException {
    if (length < HEADER) {
      throw new BadRecordException(
          "no schema's id: the value has " + length + " bytes, of which an id alone takes 5");
    }
    if (bytes[start] != 0) {
      throw new BadRecordException(
          "no schema's id: the first byte is 0x%02x instead of 0".formatted(bytes[start]));
    }
    int id = ByteBuffer.wrap(bytes, start + 1, 4).getInt();
    decoding(id).decode(bytes, start + HEADER, length - HEADER, out);
  }

  private RecordDecoding decoding(int id) throws BadRecordException {
    RecordDecoding found = known.get(id);
    if (found != null) {
      return found;
    }
    Long asked = unknown.get(id);
    Optional<SchemaText> schema =
        asked != null && System.nanoTime() - asked < ASK_AGAIN
            ? Optional.empty()
            : registry.get().schema(id);
    if (schema.isEmpty()) {
      if (asked == null || System.nanoTime() - asked >= ASK_AGAIN) {
        unknown.put(id, System.nanoTime());
      }
      throw new BadRecordException("the schema registry has no schema with id " + id);
    }
    unknown.remove(id);
    RecordDecoding made = decoding(id, schema.get());
    known.put(id, made);
    return made;
  }

  private RecordDecoding decoding(int id, SchemaText schema) throws BadRecordException {
    if (schema.type() != type) {
      throw new BadRecordException(
          "schema %d is of type %s, and %s was expected".formatted(id, schema.type(), type));
    }
    if (type == SchemaType.JSON) {
      // The value says all; what the schema allows was the writer's to keep.
      return (bytes, start, length, out) -> out.copy(bytes, start, length);
    }
    try {
      ParsedSchema parsed = Schemas.parse(schema, registry.get()::referred);
      return parsed instanceof ProtobufSchema protobuf
          ? new ProtobufDecoding(protobuf.file())
          : new AvroDecoding(((AvroSchema) parsed).schema());
    } catch (InvalidSchemaException e) {
      throw new StopException(
          Problem.error(
              RegistryError.REGISTRY_FAILED,
              null,
              "schema %d of the schema registry cannot be read: %s".formatted(id, e.getMessage()),
              "look at it in the registry"),
          e);
    }
  }
}
