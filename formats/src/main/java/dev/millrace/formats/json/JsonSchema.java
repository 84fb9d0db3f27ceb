package dev.millrace.formats.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.formats.InvalidSchemaException;
import dev.millrace.formats.ParsedSchema;
import dev.millrace.formats.SchemaType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A JSON Schema. No library on Maven Central knows when one reads another; the rules are ours. */
public final class JsonSchema implements ParsedSchema {
  private static final Set<String> TYPES =
      Set.of("string", "number", "integer", "boolean", "object", "array", "null");

  private final JsonNode root;
  private final Map<String, JsonNode> used;

  private JsonSchema(JsonNode root, Map<String, JsonNode> used) {
    this.root = root;
    this.used = used;
  }

  /**
   * Reads a schema.
   *
   * @param used the texts of schemas that it uses, by what {@code $ref} calls them
   */
  public static JsonSchema parse(String text, Map<String, String> used)
      throws InvalidSchemaException {
    JsonNode root = JsonTexts.tree(text);
    if (!root.isObject() && !root.isBoolean()) {
      throw new InvalidSchemaException("a JSON Schema is an object, true or false", null);
    }
    Map<String, JsonNode> others = new HashMap<>();
    for (Map.Entry<String, String> other : used.entrySet()) {
      others.put(other.getKey(), JsonTexts.tree(other.getValue()));
    }
    JsonSchema schema = new JsonSchema(root, others);
    schema.check(root, "#");
    return schema;
  }

  private void check(JsonNode node, String path) throws InvalidSchemaException {
    if (!node.isObject()) {
      return;
    }
    JsonNode type = node.path("type");
    for (JsonNode name : type.isArray() ? type : List.of(type)) {
      if (!name.isMissingNode() && !TYPES.contains(name.asText())) {
        throw new InvalidSchemaException(
            "`%s` at %s/type is no type of JSON Schema".formatted(name.asText(), path), null);
      }
    }
    JsonNode ref = node.path("$ref");
    if (ref.isTextual() && resolve(ref.asText(), root) == null) {
      throw new InvalidSchemaException(
          "`$ref` at %s leads nowhere: %s".formatted(path, ref.asText()), null);
    }
    for (String key : Set.of("properties", "definitions", "$defs", "patternProperties")) {
      for (Map.Entry<String, JsonNode> field : node.path(key).properties()) {
        check(field.getValue(), path + "/" + key + "/" + field.getKey());
      }
    }
    for (String key : Set.of("items", "additionalProperties", "not", "allOf", "anyOf", "oneOf")) {
      JsonNode inner = node.path(key);
      for (JsonNode one : inner.isArray() ? inner : List.of(inner)) {
        check(one, path + "/" + key);
      }
    }
  }

  JsonNode root() {
    return root;
  }

  /**
   * What a {@code $ref} leads to; null if nothing.
   *
   * @param document in which it stands
   */
  @Nullable Target resolve(String ref, JsonNode document) {
    int hash = ref.indexOf('#');
    String name = hash < 0 ? ref : ref.substring(0, hash);
    String pointer = hash < 0 ? "" : ref.substring(hash + 1);
    JsonNode in = name.isEmpty() || name.equals(root.path("$id").asText("")) ? document : null;
    if (in == null) {
      in = used.get(name);
    }
    if (in == null || !(pointer.isEmpty() || pointer.startsWith("/"))) {
      return null;
    }
    JsonNode found = in.at(pointer);
    return found.isMissingNode() ? null : new Target(found, in);
  }

  /**
   * A schema inside of a document.
   *
   * @param node the schema
   * @param document in which its own references are looked for
   */
  record Target(JsonNode node, JsonNode document) {}

  @Override
  public SchemaType type() {
    return SchemaType.JSON;
  }

  @Override
  public String canonical() {
    return root.toString();
  }

  @Override
  public String normalized() {
    return JsonTexts.sorted(root).toString();
  }

  @Override
  public List<String> faultsReading(ParsedSchema written) {
    return written instanceof JsonSchema other
        ? new JsonRules(this, other).faults()
        : List.of("{errorType:'SCHEMA_TYPE', description:'it was " + written.type() + "'}");
  }
}
