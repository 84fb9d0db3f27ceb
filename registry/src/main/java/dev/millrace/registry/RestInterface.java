package dev.millrace.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.millrace.api.error.MillraceException;
import dev.millrace.formats.json.JsonTexts;
import java.io.IOException;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests in and answers out, with Confluent's media type and form of errors. Answers this machine
 * alone, and no page of another site that runs in a browser here.
 */
final class RestInterface implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(RestInterface.class);
  private static final String TYPE = "application/vnd.schemaregistry.v1+json";
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final Routes routes;

  RestInterface(Routes routes) {
    this.routes = routes;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    // Closed behind the answer, also that of a failure.
    try (exchange) {
      respond(exchange);
    }
  }

  private void respond(HttpExchange exchange) throws IOException {
    try {
      send(exchange, 200, answer(exchange));
    } catch (RestException e) {
      LOG.debug("refused {} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
      send(exchange, e.status(), error(e.code(), e.getMessage()));
    } catch (MillraceException e) {
      LOG.warn("schemas cannot be kept now: {}", e.getMessage());
      send(exchange, 500, error(50001, "Error in the backend data store: " + e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
      send(exchange, 500, error(500, "Internal server error: " + e));
    }
  }

  private JsonNode answer(HttpExchange exchange) throws IOException {
    String host = exchange.getRequestHeaders().getFirst("Host");
    String origin = exchange.getRequestHeaders().getFirst("Origin");
    if (!isLocal(host == null ? null : "http://" + host) || origin != null && !isLocal(origin)) {
      throw RestException.of(403, "this registry answers its own machine only");
    }
    return routes.answer(RestRequest.of(exchange));
  }

  private static boolean isLocal(@Nullable String url) {
    try {
      return url != null && LOOPBACK.contains(String.valueOf(URI.create(url).getHost()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static JsonNode error(int code, @Nullable String message) {
    return JsonTexts.MAPPER.createObjectNode().put("error_code", code).put("message", message);
  }

  private static void send(HttpExchange exchange, int status, JsonNode answer) throws IOException {
    byte[] bytes = answer.toString().getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", TYPE);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** A new object. */
  static ObjectNode object() {
    return JsonTexts.MAPPER.createObjectNode();
  }

  /** A new list. */
  static ArrayNode list() {
    return JsonTexts.MAPPER.createArrayNode();
  }
}
