package dev.millrace.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.formats.SchemaReference;
import dev.millrace.formats.SchemaText;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.json.JsonTexts;
import dev.millrace.log.CompactedLog.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of the topic, as Confluent's registry writes them. */
final class SchemaRecords {
  private static final Logger LOG = LoggerFactory.getLogger(SchemaRecords.class);

  private SchemaRecords() {}

  static Entry schema(StoredSchema schema) {
    ObjectNode value = JsonTexts.MAPPER.createObjectNode();
    value.put("subject", schema.subject());
    value.put("version", schema.version());
    value.put("id", schema.id());
    describe(value, schema.schema());
    value.put("deleted", schema.deleted());
    return entry(schemaKey(schema), value);
  }

  /** Forgets a version. */
  static Entry forgetSchema(StoredSchema schema) {
    return entry(schemaKey(schema), null);
  }

  private static ObjectNode schemaKey(StoredSchema schema) {
    ObjectNode key = key("SCHEMA", schema.subject(), 1);
    return key.put("version", schema.version());
  }

  /** Puts the schema's type, if it is not Avro, its references, if it has any, and its text. */
  static void describe(ObjectNode object, SchemaText schema) {
    if (schema.type() != SchemaType.AVRO) {
      object.put("schemaType", schema.type().name());
    }
    if (!schema.references().isEmpty()) {
      ArrayNode references = object.putArray("references");
      for (SchemaReference reference : schema.references()) {
        references
            .addObject()
            .put("name", reference.name())
            .put("subject", reference.subject())
            .put("version", reference.version());
      }
    }
    object.put("schema", schema.text());
  }

  /** All versions up to this one are deleted. */
  static Entry deleteSubject(String subject, int version) {
    ObjectNode value = JsonTexts.MAPPER.createObjectNode();
    value.put("subject", subject);
    value.put("version", version);
    return entry(key("DELETE_SUBJECT", subject, 0), value);
  }

  /** Forgets that a subject was deleted. */
  static Entry forgetDeletion(String subject) {
    return entry(key("DELETE_SUBJECT", subject, 0), null);
  }

  /**
   * Sets a compatibility level.
   *
   * @param subject null for all without one
   * @param level null to forget it
   */
  static Entry config(@Nullable String subject, @Nullable Compatibility level) {
    ObjectNode value =
        level == null
            ? null
            : JsonTexts.MAPPER.createObjectNode().put("compatibilityLevel", level.name());
    return entry(key("CONFIG", subject, 0), value);
  }

  /**
   * Sets a mode.
   *
   * @param subject null for all without one
   * @param mode null to forget it
   */
  static Entry mode(@Nullable String subject, @Nullable Mode mode) {
    ObjectNode value =
        mode == null ? null : JsonTexts.MAPPER.createObjectNode().put("mode", mode.name());
    return entry(key("MODE", subject, 0), value);
  }

  private static ObjectNode key(String type, @Nullable String subject, int magic) {
    ObjectNode key = JsonTexts.MAPPER.createObjectNode();
    key.put("keytype", type);
    key.put("subject", subject);
    key.put("magic", magic);
    return key;
  }

  private static Entry entry(ObjectNode key, @Nullable ObjectNode value) {
    return new Entry(
        key.toString().getBytes(UTF_8), value == null ? null : value.toString().getBytes(UTF_8));
  }

  /** Carries out what a record says; one that is not understood changes nothing. */
  static void apply(byte @Nullable [] key, byte @Nullable [] value, Subjects subjects) {
    if (key == null) {
      return;
    }
    try {
      JsonNode k = JsonTexts.MAPPER.readTree(key);
      JsonNode v = value == null ? null : JsonTexts.MAPPER.readTree(value);
      apply(k, v, subjects);
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("a record of the schemas' topic is not understood: {}", new String(key, UTF_8), e);
    }
  }

  private static void apply(JsonNode key, @Nullable JsonNode value, Subjects subjects) {
    String subject = key.path("subject").textValue();
    switch (key.path("keytype").asText()) {
      case "SCHEMA" -> {
        if (subject != null && value == null) {
          subjects.forget(subject, key.path("version").asInt());
        } else if (subject != null && value != null) {
          subjects.put(schema(subject, value));
        }
      }
      case "DELETE_SUBJECT" -> {
        if (subject != null && value != null) {
          subjects.deleteUpTo(subject, value.path("version").asInt());
        }
      }
      case "CONFIG" ->
          subjects.setLevel(
              subject,
              value == null
                  ? null
                  : Compatibility.of(value.path("compatibilityLevel").asText()).orElse(null));
      case "MODE" ->
          subjects.setMode(
              subject, value == null ? null : Mode.of(value.path("mode").asText()).orElse(null));
      default -> {
        // Such as NOOP, by which Confluent's registry finds the end.
      }
    }
  }

  private static StoredSchema schema(String subject, JsonNode value) {
    SchemaText text =
        new SchemaText(
            SchemaType.valueOf(value.path("schemaType").asText(SchemaType.AVRO.name())),
            value.path("schema").asText(),
            references(value.path("references")));
    return new StoredSchema(
        subject,
        value.path("version").asInt(),
        value.path("id").asInt(),
        text,
        value.path("deleted").asBoolean());
  }

  /** A list of references, as requests have them too. */
  static List<SchemaReference> references(JsonNode list) {
    List<SchemaReference> references = new ArrayList<>();
    for (JsonNode reference : list) {
      references.add(
          new SchemaReference(
              reference.path("name").asText(),
              reference.path("subject").asText(),
              reference.path("version").asInt()));
    }
    return references;
  }
}
