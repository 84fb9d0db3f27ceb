package dev.millrace.server;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.engine.Instance;
import dev.millrace.orchestrate.Jobs;
import io.javalin.Javalin;
import io.javalin.util.JavalinBindException;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * The page, its API and the metrics of one instance, on loopback. Answers nobody but this machine;
 * see {@code /api/project}, {@code /api/status}, {@code /metrics} and {@code /healthz}.
 */
public final class MillraceServer implements AutoCloseable {
  /** Where to look for a free port when none was asked for. */
  public static final int FIRST_PORT = 8080;

  private static final int PORTS_TRIED = 20;
  private static final int MOST_THREADS = 16;
  private static final String LOOPBACK = "127.0.0.1";

  private final Javalin app;
  private final Queries queries;
  private final LivePages pages;
  private final Api api;

  private MillraceServer(Javalin app, Queries queries, LivePages pages, Api api) {
    this.app = app;
    this.queries = queries;
    this.pages = pages;
    this.api = api;
  }

  /**
   * Starts to serve.
   *
   * @param instance what is shown; it must outlive the server
   * @param port the port that was asked for; empty for 8080 or the next free one
   * @throws StopException if the port is in use
   */
  public static MillraceServer start(Instance instance, OptionalInt port) {
    return start(instance, Optional.empty(), new BuildTurn(), port);
  }

  /**
   * As the other, with jobs.
   *
   * @param jobs those of the instance; they outlive the server
   * @param turn taken by builds that command lines ask for
   */
  public static MillraceServer start(
      Instance instance, Optional<Jobs> jobs, BuildTurn turn, OptionalInt port) {
    Queries queries = new Queries(instance);
    LivePages pages = new LivePages(instance, queries);
    Api api = new Api(instance, queries, pages, jobs, turn);
    try {
      return new MillraceServer(listen(api, port), queries, pages, api);
    } catch (StopException e) {
      close(pages);
      close(queries);
      api.close();
      throw e;
    }
  }

  private static Javalin listen(Api api, OptionalInt port) {
    int first = port.orElse(FIRST_PORT);
    int last = port.isPresent() ? first : first + PORTS_TRIED - 1;
    for (int candidate = first; candidate <= last; candidate++) {
      Javalin app = create(api);
      try {
        return app.start(LOOPBACK, candidate);
      } catch (JavalinBindException e) {
        app.stop();
      }
    }
    throw new StopException(
        port.isPresent()
            ? Problem.error(
                ServerError.PORT_IN_USE,
                null,
                "port " + first + " is in use by another process",
                "choose another with --port, or leave it out for the next free one")
            : Problem.error(
                ServerError.NO_FREE_PORT,
                null,
                "the ports " + first + " to " + last + " are all in use",
                "choose a free one with --port"),
        null);
  }

  private static Javalin create(Api api) {
    Javalin app =
        Javalin.create(
            config -> {
              config.showJavalinBanner = false;
              config.startupWatcherEnabled = false;
              config.http.maxRequestSize = 1_000_000;
              config.jetty.threadPool = new QueuedThreadPool(MOST_THREADS, 2, 30_000);
            });
    app.before(new LocalRequests());
    api.routes(app);
    WebAssets assets = new WebAssets();
    app.get("/", assets);
    app.get("/<path>", assets);
    return app;
  }

  /** Where the page is, such as {@code http://localhost:8080/}. */
  public URI address() {
    return URI.create("http://localhost:" + app.port() + "/");
  }

  /** Ends open pages, then stops to listen. */
  @Override
  public void close() {
    close(pages);
    app.stop();
    close(queries);
    api.close();
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      // What is closed is read-only; there is nothing to lose and nobody to tell.
    }
  }
}
