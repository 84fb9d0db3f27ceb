package dev.millrace.formats;

import dev.millrace.formats.avro.AvroSchema;
import dev.millrace.formats.json.JsonSchema;
import dev.millrace.formats.protobuf.ProtobufSchema;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads schemas of every language. */
public final class Schemas {
  /** The languages that it reads. */
  public static final List<SchemaType> TYPES =
      List.of(SchemaType.JSON, SchemaType.PROTOBUF, SchemaType.AVRO);

  private static final int DEEPEST = 64;

  private Schemas() {}

  /** Finds schemas that others refer to. */
  @FunctionalInterface
  public interface References {
    /**
     * The schema that is meant.
     *
     * @throws InvalidSchemaException if there is none
     */
    SchemaText find(SchemaReference reference) throws InvalidSchemaException;
  }

  /**
   * Reads a schema.
   *
   * @param references where those that it uses are found
   * @throws InvalidSchemaException if it is none, or uses one that is not there
   */
  public static ParsedSchema parse(SchemaText schema, References references)
      throws InvalidSchemaException {
    Map<String, String> used = new LinkedHashMap<>();
    collect(schema, references, used, new ArrayDeque<>());
    try {
      return switch (schema.type()) {
        case AVRO -> AvroSchema.parse(schema.text(), used);
        case JSON -> JsonSchema.parse(schema.text(), used);
        case PROTOBUF -> ProtobufSchema.parse(schema.text(), used);
      };
    } catch (StackOverflowError e) {
      // Its parser goes as deep as the text does, whoever has written it.
      throw new InvalidSchemaException("it is nested too deeply", null);
    }
  }

  /** The texts of all schemas that one uses, by name, those that others need first. */
  private static void collect(
      SchemaText schema, References references, Map<String, String> used, Deque<String> path)
      throws InvalidSchemaException {
    for (SchemaReference reference : schema.references()) {
      if (used.containsKey(reference.name())) {
        continue;
      }
      if (path.contains(reference.name()) || path.size() > DEEPEST) {
        throw new InvalidSchemaException("references go round: " + reference.name(), null);
      }
      SchemaText found = references.find(reference);
      if (found.type() != schema.type()) {
        throw new InvalidSchemaException(
            "reference `%s` is to a schema of type %s".formatted(reference.name(), found.type()),
            null);
      }
      path.push(reference.name());
      collect(found, references, used, path);
      path.pop();
      used.put(reference.name(), found.text());
    }
  }
}
