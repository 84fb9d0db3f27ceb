package dev.millrace.formats.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.formats.json.JsonSchema.Target;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether every value that fits one JSON Schema fits another. It is on the safe side: what it does
 * not understand has to be the same in both. For one use.
 */
final class JsonRules {
  /** What says nothing about which values fit. */
  private static final Set<String> WORDS =
      Set.of(
          "$schema",
          "$id",
          "id",
          "$anchor",
          "$comment",
          "title",
          "description",
          "default",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly",
          "definitions",
          "$defs",
          "format",
          "contentEncoding",
          "contentMediaType");

  /** What is compared below, each in its own way. */
  private static final Set<String> KNOWN =
      Set.of(
          "type",
          "enum",
          "const",
          "properties",
          "required",
          "additionalProperties",
          "items",
          "allOf",
          "anyOf",
          "oneOf",
          "$ref");

  private static final Set<String> LOWEST =
      Set.of("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties");
  private static final Set<String> HIGHEST =
      Set.of("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties");
  private static final Target ANYTHING = new Target(BooleanNode.TRUE, BooleanNode.TRUE);

  private final JsonSchema reader;
  private final JsonSchema writer;
  private final Set<List<JsonNode>> compared = new HashSet<>();

  JsonRules(JsonSchema reader, JsonSchema writer) {
    this.reader = reader;
    this.writer = writer;
  }

  List<String> faults() {
    List<String> faults = new ArrayList<>();
    compare(
        new Target(reader.root(), reader.root()),
        new Target(writer.root(), writer.root()),
        "#",
        faults);
    return faults;
  }

  private boolean fits(Target in, Target out, String path) {
    List<String> faults = new ArrayList<>();
    compare(in, out, path, faults);
    return faults.isEmpty();
  }

  private static Target follow(JsonSchema schema, Target target) {
    Target at = target;
    for (int i = 0; i < 32; i++) {
      JsonNode ref = at.node().path("$ref");
      Target next = ref.isTextual() ? schema.resolve(ref.asText(), at.document()) : null;
      if (next == null) {
        return at;
      }
      at = next;
    }
    return at;
  }

  private static boolean takesAll(JsonNode schema) {
    return schema.isMissingNode()
        || schema.isBoolean() && schema.booleanValue()
        || schema.isObject() && schema.properties().stream().allMatch(f -> isWord(f.getKey()));
  }

  private static boolean takesNothing(JsonNode schema) {
    return schema.isBoolean() && !schema.booleanValue();
  }

  private static boolean isWord(String key) {
    return WORDS.contains(key);
  }

  /** Adds what keeps {@code in} from reading what {@code out} allowed. */
  private void compare(Target in, Target out, String path, List<String> faults) {
    Target r = follow(reader, in);
    Target w = follow(writer, out);
    if (takesAll(r.node()) || takesNothing(w.node())) {
      return;
    }
    // A schema may contain itself; what is being compared is taken to fit.
    if (!compared.add(List.of(r.node(), w.node()))) {
      return;
    }
    if (takesNothing(r.node())) {
      fault(faults, "NOTHING_FITS", path, "no value fits any more");
      return;
    }
    if (combined(r, w, path, faults)) {
      return;
    }
    types(r.node(), w.node(), path, faults);
    values(r.node(), w.node(), path, faults);
    bounds(r.node(), w.node(), path, faults);
    properties(r, w, path, faults);
    items(r, w, path, faults);
    for (Map.Entry<String, JsonNode> rule : r.node().properties()) {
      String key = rule.getKey();
      boolean elsewhere =
          isWord(key) || KNOWN.contains(key) || LOWEST.contains(key) || HIGHEST.contains(key);
      if (!elsewhere && !rule.getValue().equals(w.node().path(key))) {
        fault(faults, "KEYWORD_CHANGED", path, "`" + key + "` is new or has changed");
      }
    }
  }

  /** Choices and combinations; true if nothing else has to be compared. */
  private boolean combined(Target r, Target w, String path, List<String> faults) {
    for (String key : List.of("anyOf", "oneOf")) {
      if (w.node().path(key).isArray()) {
        int i = 0;
        for (JsonNode branch : w.node().path(key)) {
          compare(r, new Target(branch, w.document()), path + "/" + key + "/" + i++, faults);
        }
        return true;
      }
    }
    for (String key : List.of("anyOf", "oneOf")) {
      if (r.node().path(key).isArray()) {
        boolean one = false;
        for (JsonNode branch : r.node().path(key)) {
          one |= fits(new Target(branch, r.document()), w, path);
        }
        if (!one) {
          fault(faults, "CHOICE_REMOVED", path, "no branch of `" + key + "` takes it");
        }
        return true;
      }
    }
    for (JsonNode part : r.node().path("allOf")) {
      boolean one = fits(new Target(part, r.document()), w, path);
      for (JsonNode had : w.node().path("allOf")) {
        one |= fits(new Target(part, r.document()), new Target(had, w.document()), path);
      }
      if (!one) {
        fault(faults, "COMBINATION_CHANGED", path, "a part of `allOf` is new or narrower");
      }
    }
    return false;
  }

  private static Set<String> names(JsonNode list) {
    Set<String> names = new TreeSet<>();
    if (list.isTextual()) {
      names.add(list.asText());
    }
    list.forEach(n -> names.add(n.asText()));
    return names;
  }

  private static void types(JsonNode r, JsonNode w, String path, List<String> faults) {
    Set<String> read = names(r.path("type"));
    if (read.isEmpty()) {
      return;
    }
    Set<String> written = names(w.path("type"));
    if (read.contains("number")) {
      written.remove("integer");
    }
    if (names(w.path("type")).isEmpty() || !read.containsAll(written)) {
      fault(
          faults,
          "TYPE_CHANGED",
          path,
          "the type was " + names(w.path("type")) + " and is " + read);
    }
  }

  private static Set<JsonNode> choices(JsonNode schema) {
    Set<JsonNode> choices = new HashSet<>();
    schema.path("enum").forEach(choices::add);
    if (schema.has("const")) {
      choices.add(schema.path("const"));
    }
    return choices;
  }

  private static void values(JsonNode r, JsonNode w, String path, List<String> faults) {
    Set<JsonNode> read = choices(r);
    Set<JsonNode> written = choices(w);
    if (!read.isEmpty() && (written.isEmpty() || !read.containsAll(written))) {
      fault(faults, "ENUM_NARROWED", path, "there are fewer values to choose from");
    }
  }

  private static void bounds(JsonNode r, JsonNode w, String path, List<String> faults) {
    for (Map.Entry<String, JsonNode> rule : r.properties()) {
      String key = rule.getKey();
      boolean lowest = LOWEST.contains(key);
      if (!lowest && !HIGHEST.contains(key)) {
        continue;
      }
      JsonNode was = w.path(key);
      int narrower = was.isNumber() && rule.getValue().isNumber() ? order(rule.getValue(), was) : 1;
      boolean same = was.equals(rule.getValue());
      if (!same && (lowest || !was.isNumber() ? narrower > 0 : narrower < 0)) {
        fault(faults, "BOUND_NARROWED", path, "`" + key + "` is new or narrower");
      }
    }
  }

  private static int order(JsonNode a, JsonNode b) {
    BigDecimal left = a.decimalValue();
    return left.compareTo(b.decimalValue());
  }

  private void properties(Target r, Target w, String path, List<String> faults) {
    JsonNode read = r.node().path("properties");
    JsonNode written = w.node().path("properties");
    JsonNode rest = r.node().path("additionalProperties");
    JsonNode writtenRest = w.node().path("additionalProperties");
    for (Map.Entry<String, JsonNode> property : read.properties()) {
      String name = property.getKey();
      JsonNode was = written.has(name) ? written.path(name) : writtenRest;
      if (!written.has(name) && !takesNothing(writtenRest) && !takesAll(property.getValue())) {
        if (takesAll(writtenRest)) {
          fault(
              faults,
              "PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL",
              path + "/properties/" + name,
              "records may have had any value under this name; close the schema with"
                  + " `additionalProperties: false`");
          continue;
        }
      }
      compare(
          new Target(property.getValue(), r.document()),
          new Target(was, w.document()),
          path + "/properties/" + name,
          faults);
    }
    for (Map.Entry<String, JsonNode> property : written.properties()) {
      String name = property.getKey();
      if (read.has(name) || takesAll(rest)) {
        continue;
      }
      if (takesNothing(rest) && !takesNothing(property.getValue())) {
        fault(
            faults,
            "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL",
            path + "/properties/" + name,
            "records have it, and the schema takes no more properties");
      } else {
        Target was = new Target(property.getValue(), w.document());
        compare(new Target(rest, r.document()), was, path + "/properties/" + name, faults);
      }
    }
    boolean objects = r.node().has("additionalProperties");
    if (objects && !takesAll(rest)) {
      Target was = writtenRest.isMissingNode() ? ANYTHING : new Target(writtenRest, w.document());
      compare(new Target(rest, r.document()), was, path + "/additionalProperties", faults);
    }
    required(r.node(), w.node(), path, faults);
  }

  private static void required(JsonNode r, JsonNode w, String path, List<String> faults) {
    Set<String> written = names(w.path("required"));
    for (String name : names(r.path("required"))) {
      boolean hasDefault = r.path("properties").path(name).has("default");
      if (!written.contains(name) && !hasDefault) {
        fault(
            faults,
            "REQUIRED_ATTRIBUTE_ADDED",
            path + "/required/" + name,
            "it is required, was not, and has no default");
      }
    }
  }

  private void items(Target r, Target w, String path, List<String> faults) {
    JsonNode read = r.node().path("items");
    if (read.isArray()) {
      if (!read.equals(w.node().path("items"))) {
        fault(faults, "ITEMS_CHANGED", path + "/items", "the list of items has changed");
      }
    } else if (!(read instanceof MissingNode)) {
      JsonNode was = w.node().path("items");
      Target target = was.isMissingNode() ? ANYTHING : new Target(was, w.document());
      compare(new Target(read, r.document()), target, path + "/items", faults);
    }
  }

  private static void fault(List<String> faults, String type, String path, String text) {
    faults.add("{errorType:'%s', description:'at path '%s': %s'}".formatted(type, path, text));
  }
}
