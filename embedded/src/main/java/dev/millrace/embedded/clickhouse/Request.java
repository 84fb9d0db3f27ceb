package dev.millrace.embedded.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a request says besides its body: the parameters of its address, and its headers. */
final class Request {
  /** Parameters that are no settings of the query. */
  private static final Set<String> RESERVED =
      Set.of(
          "query",
          "database",
          "default_format",
          "user",
          "password",
          "compress",
          "decompress",
          "query_id",
          "session_id",
          "session_timeout",
          "session_check",
          "session_timezone",
          "quota_key",
          "role",
          "client_protocol_version",
          "enable_http_compression",
          "http_zlib_compression_level",
          "wait_end_of_query",
          "buffer_size",
          "send_progress_in_http_headers",
          "http_headers_progress_interval_ms",
          "network_compression_method");

  private static final Duration SESSION = Duration.ofMinutes(1);

  private final Map<String, String> parameters = new LinkedHashMap<>();
  private final Headers headers;

  Request(HttpExchange exchange) {
    headers = exchange.getRequestHeaders();
    String query = exchange.getRequestURI().getRawQuery();
    if (query != null) {
      for (String parameter : query.split("&")) {
        int equals = parameter.indexOf('=');
        parameters.put(
            decoded(equals < 0 ? parameter : parameter.substring(0, equals)),
            equals < 0 ? "" : decoded(parameter.substring(equals + 1)));
      }
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, UTF_8);
  }

  /** The query of the address; the body is its data then. */
  @Nullable String query() {
    String query = parameters.get("query");
    return query == null || query.isBlank() ? null : query;
  }

  /** The session that it is part of; null if none. */
  @Nullable String session() {
    String session = parameters.get("session_id");
    return session == null || session.isEmpty() ? null : session;
  }

  /** How long the session waits for another request. */
  Duration sessionTimeout() {
    String seconds = parameters.getOrDefault("session_timeout", "");
    return seconds.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(seconds)) : SESSION;
  }

  /** True if the session must be there already. */
  boolean needsOldSession() {
    return "1".equals(parameters.get("session_check"));
  }

  /** The database that it names; null if none. */
  @Nullable String namedDatabase() {
    String database =
        parameters.getOrDefault("database", headers.getFirst("X-ClickHouse-Database"));
    return database == null || database.isEmpty() ? null : database;
  }

  /** The database in which its names are looked up. */
  String database() {
    String database = namedDatabase();
    return database == null ? "default" : database;
  }

  String format() {
    String format =
        parameters.getOrDefault("default_format", headers.getFirst("X-ClickHouse-Format"));
    return format == null || format.isEmpty() ? "TabSeparated" : format;
  }

  String queryId() {
    return parameters.getOrDefault("query_id", UUID.randomUUID().toString());
  }

  /** True if body or answer are to be in ClickHouse's own compressed frames. */
  boolean wantsFrames() {
    return "1".equals(parameters.get("compress"))
        || "1".equals(parameters.get("decompress"))
        || "lz4".equals(headers.getFirst("Content-Encoding"));
  }

  boolean isGzip() {
    return "gzip".equals(headers.getFirst("Content-Encoding"));
  }

  /** The settings of the query, and its parameters as {@code param_<name>}. */
  Map<String, String> settings() {
    return parameters.entrySet().stream()
        .filter(e -> !RESERVED.contains(e.getKey()) && e.getKey().matches("\\w+"))
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, Map.Entry::getValue, (a, b) -> b, LinkedHashMap::new));
  }

  /** True if the request comes with the user's password. */
  boolean isFrom(String user, String password) {
    String givenUser = parameters.getOrDefault("user", headers.getFirst("X-ClickHouse-User"));
    String givenPassword =
        parameters.getOrDefault("password", headers.getFirst("X-ClickHouse-Key"));
    String basic = headers.getFirst("Authorization");
    if (basic != null && basic.startsWith("Basic ")) {
      String text = basicText(basic.substring("Basic ".length()).strip());
      int colon = text.indexOf(':');
      givenUser = colon < 0 ? text : text.substring(0, colon);
      givenPassword = colon < 0 ? "" : text.substring(colon + 1);
    }
    return user.equals(givenUser)
        && givenPassword != null
        && MessageDigest.isEqual(password.getBytes(UTF_8), givenPassword.getBytes(UTF_8));
  }

  private static String basicText(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64), UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
