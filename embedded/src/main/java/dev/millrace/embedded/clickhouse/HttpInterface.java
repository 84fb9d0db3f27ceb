package dev.millrace.embedded.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import dev.millrace.embedded.clickhouse.ChdbConnection.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * ClickHouse's HTTP interface, as far as its official clients use it: queries with settings and
 * parameters, inserts in any format, sessions over several requests, errors with their codes. There
 * are no compressed frames.
 */
final class HttpInterface {
  static final String USER = "default";

  private static final Pattern CODE = Pattern.compile("Code: (\\d+)");
  private static final int AUTHENTICATION_FAILED = 516;

  private final ChdbPool pool;
  private final Sessions sessions;
  private final Path folder;
  private final String password;

  /**
   * Answers requests.
   *
   * @param folder for rows on their way into the engine
   * @param password without which nothing is answered
   */
  HttpInterface(ChdbPool pool, Sessions sessions, Path folder, String password) {
    this.pool = pool;
    this.sessions = sessions;
    this.folder = folder;
    this.password = password;
  }

  /** Answers one request. */
  void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestURI().getPath().equals("/ping")) {
        send(exchange, 200, "Ok.\n");
        return;
      }
      Request request = new Request(exchange);
      exchange.getResponseHeaders().set("X-ClickHouse-Query-Id", request.queryId());
      if (!request.isFrom(USER, password)) {
        refuse(
            exchange,
            "Code: %d. DB::Exception: %s: Authentication failed: password is incorrect, or there is no user with such name. (AUTHENTICATION_FAILED)"
                .formatted(AUTHENTICATION_FAILED, USER));
        return;
      }
      if (request.wantsFrames()) {
        refuse(
            exchange,
            "Code: 89. DB::Exception: the embedded ClickHouse knows no compressed frames: switch the"
                + " client's compression off. (UNKNOWN_COMPRESSION_METHOD)");
        return;
      }
      answer(exchange, request);
    }
  }

  private void answer(HttpExchange exchange, Request request) throws IOException {
    InputStream body = exchange.getRequestBody();
    Statement statement =
        Statement.read(
            request.query(), request.isGzip() ? new GZIPInputStream(body) : body, folder);
    try {
      String session = request.session();
      if (session == null) {
        runAlone(exchange, request, statement);
      } else {
        runInSession(exchange, request, statement, session);
      }
    } catch (EngineException e) {
      refuse(exchange, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      refuse(exchange, "Code: 236. DB::Exception: the server is stopping. (ABORTED)");
    } finally {
      if (statement.data() != null) {
        Files.deleteIfExists(statement.data());
      }
    }
  }

  private void runAlone(HttpExchange exchange, Request request, Statement statement)
      throws IOException, EngineException, InterruptedException {
    ChdbConnection connection = pool.take();
    try {
      connection.prepare(request.database(), request.settings());
      run(exchange, request, statement, connection);
    } finally {
      if (statement.mayLast()) {
        pool.replace(connection);
      } else {
        pool.giveBack(connection);
      }
    }
  }

  /** Settings and database of a request are for it alone; what its statement sets stays. */
  private void runInSession(
      HttpExchange exchange, Request request, Statement statement, String session)
      throws IOException, EngineException {
    Sessions.Session taken =
        sessions.take(session, request.sessionTimeout(), request.needsOldSession());
    try {
      ChdbConnection connection = taken.connection();
      List<String> back = connection.change(request.namedDatabase(), request.settings());
      try {
        run(exchange, request, statement, connection);
      } finally {
        connection.undo(back);
      }
    } finally {
      sessions.giveBack(taken);
    }
  }

  private static void run(
      HttpExchange exchange, Request request, Statement statement, ChdbConnection connection)
      throws IOException, EngineException {
    long begin = System.nanoTime();
    try (ChdbConnection.Result result = connection.query(statement.sql(), request.format())) {
      Headers headers = exchange.getResponseHeaders();
      String format = statement.format();
      headers.set("X-ClickHouse-Format", format == null ? request.format() : format);
      headers.set("X-ClickHouse-Summary", result.summary(System.nanoTime() - begin));
      long length = result.length();
      describe(headers);
      exchange.sendResponseHeaders(200, length == 0 ? -1 : length);
      result.copyTo(exchange.getResponseBody());
    }
  }

  private static void refuse(HttpExchange exchange, String error) throws IOException {
    Matcher matcher = CODE.matcher(error);
    int code = matcher.find() ? Integer.parseInt(matcher.group(1)) : 1000;
    exchange.getResponseHeaders().set("X-ClickHouse-Exception-Code", Integer.toString(code));
    int status =
        switch (code) {
          case AUTHENTICATION_FAILED -> 403;
          case 60, 81 -> 404;
          default -> 500;
        };
    send(exchange, status, error);
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    describe(exchange.getResponseHeaders());
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static void describe(Headers headers) {
    headers.set("X-ClickHouse-Server-Display-Name", "millrace");
    headers.set("X-ClickHouse-Timezone", "UTC");
    headers.set("Content-Type", "application/octet-stream");
  }
}
