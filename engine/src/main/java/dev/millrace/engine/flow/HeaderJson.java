package dev.millrace.engine.flow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A record's headers as a JSON object of texts, as tables of refused records hold them. */
final class HeaderJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private HeaderJson() {}

  /** The object; null if there are none. Bytes that are no UTF-8 become U+FFFD. */
  static byte @Nullable [] of(Map<String, byte @Nullable []> headers) {
    if (headers.isEmpty()) {
      return null;
    }
    ObjectNode node = MAPPER.createObjectNode();
    headers.forEach(
        (name, value) ->
            node.put(name, value == null ? null : new String(value, StandardCharsets.UTF_8)));
    return node.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The headers of an object. */
  static Map<String, byte @Nullable []> read(String json) {
    Map<String, byte @Nullable []> headers = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, JsonNode> field : MAPPER.readTree(json).properties()) {
        JsonNode value = field.getValue();
        headers.put(
            field.getKey(),
            value.isNull() ? null : value.asText().getBytes(StandardCharsets.UTF_8));
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("system.rejected holds headers that are no JSON", e);
    }
    return headers;
  }
}
