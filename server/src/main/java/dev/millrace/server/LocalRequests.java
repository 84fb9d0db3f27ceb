package dev.millrace.server;

import dev.millrace.api.error.Problem;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets only this server's own pages and programs of this machine in. The server listens on loopback
 * alone, but every web page that the user visits can send requests there: one that made its own
 * name resolve to 127.0.0.1 is known by its {@code Host}, one that posts from elsewhere by its
 * {@code Origin}.
 */
final class LocalRequests implements Handler {
  private static final Set<String> NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  @Override
  public void handle(Context ctx) {
    headers(ctx);
    String host = ctx.header("Host");
    String origin = ctx.header("Origin");
    boolean crossSite = "cross-site".equals(ctx.header("Sec-Fetch-Site"));
    boolean page = ctx.method().name().equals("GET") && !ctx.path().startsWith("/api/");
    if (!isLocal(host)
        || (origin != null && !origin.equals("http://" + host))
        // A link from elsewhere may open a page; nothing from elsewhere may ask the API.
        || (crossSite && !page)) {
      throw new RefusedRequest(
          403,
          Problem.error(
              ServerError.FOREIGN_REQUEST,
              null,
              "this request does not come from a page of this server",
              "open the page under http://localhost:" + ctx.req().getLocalPort() + "/"));
    }
    boolean body = ctx.method().name().equals("POST");
    if (body && !Optional.ofNullable(ctx.contentType()).orElse("").startsWith("application/json")) {
      throw new RefusedRequest(
          415,
          Problem.error(ServerError.BAD_REQUEST, null, "the body must be application/json", null));
    }
  }

  private static void headers(Context ctx) {
    ctx.header(
        "Content-Security-Policy",
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none';"
            + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("Referrer-Policy", "no-referrer");
    ctx.header("Cross-Origin-Resource-Policy", "same-origin");
  }

  /** True for a Host header that names this machine, with any port. */
  static boolean isLocal(@Nullable String host) {
    if (host == null) {
      return false;
    }
    try {
      URI uri = URI.create("http://" + host + "/");
      return uri.getHost() != null
          && uri.getUserInfo() == null
          && NAMES.contains(uri.getHost().toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
