package dev.millrace.formats.avro;

import dev.millrace.formats.InvalidSchemaException;
import dev.millrace.formats.ParsedSchema;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.json.JsonTexts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/** A schema of Avro; the rules are those of Avro's own library. */
public final class AvroSchema implements ParsedSchema {
  private final Schema schema;
  private final List<Schema> references;
  private final Map<String, String> used;

  private AvroSchema(Schema schema, List<Schema> references, Map<String, String> used) {
    this.schema = schema;
    this.references = references;
    this.used = used;
  }

  /**
   * Reads a schema.
   *
   * @param used the texts of schemas that it uses, those that others need first
   */
  public static AvroSchema parse(String text, Map<String, String> used)
      throws InvalidSchemaException {
    Schema.Parser parser = new Schema.Parser();
    try {
      List<Schema> references = new ArrayList<>();
      for (String reference : used.values()) {
        references.add(parser.parse(reference));
      }
      return new AvroSchema(parser.parse(text), references, new LinkedHashMap<>(used));
    } catch (AvroRuntimeException e) {
      throw new InvalidSchemaException("not an Avro schema: " + e.getMessage(), e);
    }
  }

  /** What Avro's library makes of it. */
  public Schema schema() {
    return schema;
  }

  @Override
  public SchemaType type() {
    return SchemaType.AVRO;
  }

  @Override
  @SuppressWarnings("deprecation") // There is no other way to leave references what they are.
  public String canonical() {
    return references.isEmpty() ? schema.toString() : schema.toString(references, false);
  }

  @Override
  public String normalized() {
    try {
      String sorted = JsonTexts.sorted(JsonTexts.tree(canonical())).toString();
      return parse(sorted, used).canonical();
    } catch (InvalidSchemaException e) {
      throw new IllegalStateException("a schema's own text cannot be read: " + canonical(), e);
    }
  }

  @Override
  public List<String> faultsReading(ParsedSchema written) {
    if (!(written instanceof AvroSchema other)) {
      return List.of("{errorType:'SCHEMA_TYPE', description:'it was " + written.type() + "'}");
    }
    return SchemaCompatibility.checkReaderWriterCompatibility(schema, other.schema)
        .getResult()
        .getIncompatibilities()
        .stream()
        .map(AvroSchema::fault)
        .toList();
  }

  private static String fault(Incompatibility i) {
    String what =
        switch (i.getType()) {
          case NAME_MISMATCH -> "the name of the schema has changed";
          case FIXED_SIZE_MISMATCH -> "the size of the fixed type has changed";
          case MISSING_ENUM_SYMBOLS -> "the reader's enumeration lacks symbols of the writer's";
          case READER_FIELD_MISSING_DEFAULT_VALUE ->
              "the field is missing in the writer's schema and has no default in the reader's";
          case TYPE_MISMATCH -> "the type has changed, and the reader's cannot hold the writer's";
          case MISSING_UNION_BRANCH -> "the reader's union lacks a type of the writer's";
        };
    return "{errorType:'%s', description:'at path '%s': %s', additionalInfo:'%s'}"
        .formatted(i.getType(), i.getLocation(), what, i.getMessage());
  }
}
