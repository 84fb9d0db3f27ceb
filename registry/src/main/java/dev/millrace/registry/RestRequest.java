package dev.millrace.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import dev.millrace.formats.SchemaText;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.json.JsonTexts;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A request as its parts.
 *
 * @param method of HTTP
 * @param path its steps, decoded; empty for the root
 * @param query parameters by name
 * @param body missing if there is none
 */
record RestRequest(String method, List<String> path, Map<String, String> query, JsonNode body) {
  private static final int LARGEST = 16 << 20;

  static RestRequest of(HttpExchange exchange) throws IOException {
    List<String> path = new ArrayList<>();
    for (String step : exchange.getRequestURI().getRawPath().split("/", -1)) {
      if (!step.isEmpty()) {
        path.add(decode(step.replace("+", "%2B")));
      }
    }
    Map<String, String> query = new HashMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      query.put(
          decode(equals < 0 ? pair : pair.substring(0, equals)),
          equals < 0 ? "" : decode(pair.substring(equals + 1)));
    }
    byte[] bytes = exchange.getRequestBody().readNBytes(LARGEST + 1);
    if (bytes.length > LARGEST) {
      throw RestException.of(413, "the request has more than 16 MB");
    }
    return new RestRequest(exchange.getRequestMethod(), path, query, tree(bytes));
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      throw RestException.of(400, "`" + text + "` is no part of an address");
    }
  }

  private static JsonNode tree(byte[] bytes) {
    if (bytes.length == 0) {
      return JsonTexts.MAPPER.missingNode();
    }
    try {
      return JsonTexts.MAPPER.readTree(bytes);
    } catch (IOException e) {
      throw RestException.of(400, "the request is not valid JSON: " + e.getMessage());
    }
  }

  /** True if a parameter is {@code true}. */
  boolean flag(String name) {
    return query.getOrDefault(name, "").equalsIgnoreCase("true");
  }

  String parameter(String name) {
    return query.getOrDefault(name, "");
  }

  /** The schema that the body is about. */
  Registry.Sent schema() {
    JsonNode text = body.path("schema");
    if (!text.isTextual() || text.textValue().isBlank()) {
      throw RestException.of(42201, "Empty schema");
    }
    for (String unknown : Set.of("metadata", "ruleSet", "schemaTags")) {
      if (!body.path(unknown).isMissingNode() && !body.path(unknown).isNull()) {
        throw RestException.of(42201, "this registry keeps no `" + unknown + "` of schemas");
      }
    }
    String type = body.path("schemaType").asText("");
    String named = type.isEmpty() || type.equals("null") ? SchemaType.AVRO.name() : type;
    SchemaType known =
        SchemaType.of(named)
            .orElseThrow(() -> RestException.of(42201, "Invalid schema type " + named));
    return new Registry.Sent(
        new SchemaText(known, text.textValue(), SchemaRecords.references(body.path("references"))),
        number("id"),
        number("version"));
  }

  /** A positive number of the body; clients send -1 or 0 for none. */
  private OptionalInt number(String name) {
    int number = body.path(name).asInt(0);
    return number > 0 ? OptionalInt.of(number) : OptionalInt.empty();
  }
}
