package dev.millrace.formats.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.formats.InvalidSchemaException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/** JSON texts as trees. */
public final class JsonTexts {
  /** Reads and writes without losing digits; one value a text, no field twice. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .nodeFactory(JsonNodeFactory.withExactBigDecimals(true))
          .build();

  /** What every reader of JSON holds exactly. */
  private static final int EXACT_DIGITS = 15;

  private JsonTexts() {}

  /** A number, or of more than 15 digits a text. */
  public static void writeDecimal(BigDecimal value, JsonGenerator json) throws IOException {
    if (value.precision() <= EXACT_DIGITS) {
      json.writeNumber(value.toPlainString());
    } else {
      json.writeString(value.toPlainString());
    }
  }

  /** The tree of a text. */
  public static JsonNode tree(String text) throws InvalidSchemaException {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InvalidSchemaException("not valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** The same with the fields of every object in the order of their names. */
  public static JsonNode sorted(JsonNode node) {
    if (node instanceof ObjectNode object) {
      Map<String, JsonNode> fields = new TreeMap<>();
      object.properties().forEach(f -> fields.put(f.getKey(), sorted(f.getValue())));
      ObjectNode sorted = MAPPER.createObjectNode();
      fields.forEach(sorted::set);
      return sorted;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode sorted = MAPPER.createArrayNode();
      array.forEach(n -> sorted.add(sorted(n)));
      return sorted;
    }
    return node;
  }
}
