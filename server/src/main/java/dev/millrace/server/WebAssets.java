package dev.millrace.server;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The page's files, out of the class path. */
final class WebAssets implements Handler {
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*");

  /** Addresses within the page, which finds out by itself what to show. */
  private static final Pattern VIEW = Pattern.compile("|sql|system|(assets|dashboards)/[^/]+");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  /** Files of libraries, by the name under which the page asks for them. */
  private static final Map<String, String> LIBRARIES =
      Map.of("lib/echarts.js", "/META-INF/resources/webjars/echarts/5.5.0/echarts.esm.min.js");

  private final Map<String, Optional<byte[]>> files = new ConcurrentHashMap<>();

  @Override
  public void handle(Context ctx) {
    String path = ctx.path().substring(1);
    String name = VIEW.matcher(path).matches() ? "index.html" : path;
    byte[] content =
        files
            .computeIfAbsent(name, WebAssets::load)
            .orElseThrow(() -> RefusedRequest.notFound("file `" + name + "`"));
    ctx.contentType(TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "text/plain"));
    ctx.header(
        "Cache-Control", LIBRARIES.containsKey(name) ? "private, max-age=86400" : "no-cache");
    ctx.result(content);
  }

  private static Optional<byte[]> load(String name) {
    if (!NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    String resource = LIBRARIES.getOrDefault(name, "/web/" + name);
    try (InputStream in = WebAssets.class.getResourceAsStream(resource)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
