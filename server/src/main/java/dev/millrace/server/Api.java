package dev.millrace.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.option.Quantities;
import dev.millrace.engine.Instance;
import dev.millrace.engine.Status;
import dev.millrace.engine.change.StoredProject;
import dev.millrace.orchestrate.Jobs;
import dev.millrace.project.DashboardSpec;
import dev.millrace.project.SourceSpec;
import dev.millrace.sql.gate.QueryLimits;
import dev.millrace.sql.gate.QueryPlace;
import io.javalin.Javalin;
import io.javalin.http.Context;
import jakarta.servlet.AsyncContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests that the page and the command line make. */
final class Api implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Api.class);

  private final Instance instance;
  private final Queries queries;
  private final LivePages pages;
  private final Builds builds;
  private final Optional<Jobs> jobs;
  private final JobRequests jobRequests;
  private @Nullable Metrics metrics;

  Api(Instance instance, Queries queries, LivePages pages, Optional<Jobs> jobs, BuildTurn turn) {
    this.instance = instance;
    this.queries = queries;
    this.pages = pages;
    this.builds = new Builds(instance, turn);
    this.jobs = jobs;
    this.jobRequests = new JobRequests(jobs, builds::requireOwner);
  }

  void routes(Javalin app) {
    app.get("/api/project", ctx -> json(ctx, ProjectJson.of(instance)));
    app.get("/api/status", ctx -> json(ctx, StatusJson.of(instance.status())));
    app.get("/api/assets/{id}", this::asset);
    app.get("/api/assets/{id}/why", this::why);
    app.get("/api/dashboards/{name}", this::dashboard);
    app.get("/api/stored", this::stored);
    app.post("/api/query", this::query);
    app.post("/api/replay", this::replay);
    app.post("/api/files", this::files);
    app.post("/api/build", builds::build);
    app.post("/api/export", this::export);
    app.get("/api/jobs", ctx -> json(ctx, jobRequests.list()));
    app.post("/api/jobs", ctx -> json(ctx, jobRequests.change(ctx, body(ctx))));
    app.get("/api/live", this::live);
    app.get("/api/status/live", ctx -> eventStream(ctx, pages::watchStatus));
    app.get("/api/*", ctx -> refuseUnknown());
    app.get("/metrics", ctx -> ctx.contentType(Metrics.CONTENT_TYPE).result(metrics().scrape()));
    app.get("/healthz", this::health);
    app.exception(RefusedRequest.class, (e, ctx) -> problem(ctx, e.status(), e.problem()));
    app.exception(
        MillraceException.class,
        (e, ctx) -> problem(ctx, e instanceof RetryException ? 503 : 422, e.problem()));
    app.exception(Exception.class, Api::defect);
  }

  /** Made at the first scrape: a start should not wait for what perhaps nobody asks for. */
  private synchronized Metrics metrics() {
    if (metrics == null) {
      metrics = new Metrics(instance, jobs);
    }
    return metrics;
  }

  @Override
  public synchronized void close() {
    builds.close();
    if (metrics != null) {
      metrics.close();
    }
  }

  /** What the store was filled by, for `millrace plan`. */
  private void stored(Context ctx) throws SQLException {
    try (Connection connection = instance.read()) {
      ctx.contentType("application/json").result(StoredProject.read(connection).text());
    }
  }

  private static void refuseUnknown() {
    throw RefusedRequest.notFound("such request; see /api/project, /api/status and the manual");
  }

  private static void defect(Exception e, Context ctx) {
    LOG.error("{} {} failed", ctx.method(), ctx.path(), e);
    problem(
        ctx,
        500,
        Problem.error(
            ServerError.SERVER_DEFECT,
            null,
            "Millrace could not answer: " + e.getClass().getSimpleName(),
            "its log has the details; please report it"));
  }

  private void asset(Context ctx) {
    String id = ctx.pathParam("id");
    json(
        ctx,
        new AssetJson(instance, queries)
            .of(id)
            .orElseThrow(() -> RefusedRequest.notFound("asset `" + id + "`")));
  }

  private void why(Context ctx) throws SQLException {
    try (Connection store = instance.read()) {
      json(
          ctx,
          WhyJson.of(
              instance.project(),
              instance.programs(),
              store,
              Optional.of(instance.status()),
              ctx.pathParam("id")));
    }
  }

  private void dashboard(Context ctx) {
    json(ctx, ProjectJson.dashboard(dashboard(ctx.pathParam("name")), queries));
  }

  private DashboardSpec dashboard(String name) {
    return instance.project().dashboards().stream()
        .filter(d -> d.name().equals(name))
        .findFirst()
        .orElseThrow(() -> RefusedRequest.notFound("dashboard `" + name + "`"));
  }

  private static JsonNode body(Context ctx) {
    try {
      return Json.MAPPER.readTree(ctx.body());
    } catch (JsonProcessingException e) {
      throw RefusedRequest.bad("the body is not JSON");
    }
  }

  private void query(Context ctx) {
    JsonNode sql = body(ctx).get("sql");
    if (sql == null || !sql.isTextual()) {
      throw RefusedRequest.bad("the body must be an object with a text `sql`");
    }
    QueryPlace place = QueryPlace.inText("query", sql.textValue());
    json(ctx, Json.result(queries.run(sql.textValue(), List.of(), place, QueryLimits.CONSOLE)));
  }

  private void replay(Context ctx) {
    Optional<String> stream = Optional.ofNullable(body(ctx).path("source").textValue());
    json(ctx, Json.object().put("marked", instance.replay(stream)));
  }

  /** Lists the files of sources, or amends their entries in the ledger. */
  private void files(Context ctx) throws SQLException {
    JsonNode body = body(ctx);
    FileSelection selection =
        new FileSelection(
            Optional.ofNullable(body.path("source").textValue()),
            texts(body.path("paths")),
            texts(body.path("states")));
    ProjectFiles files =
        new ProjectFiles(
            instance.project().sources().stream().map(SourceSpec::name).toList(),
            (sql, limits) -> queries.run(sql, List.of(), QueryPlace.inText("files", sql), limits));
    String action = body.path("action").asText();
    if (action.equals("list")) {
      json(ctx, files.list(selection));
      return;
    }
    LedgerAction wanted =
        Arrays.stream(LedgerAction.values())
            .filter(a -> a.name().equalsIgnoreCase(action))
            .findFirst()
            .orElseThrow(() -> RefusedRequest.bad("`action` must be list, retry, skip or forget"));
    json(ctx, files.amend(instance::amend, wanted, selection));
  }

  private void export(Context ctx) throws IOException {
    builds.requireOwner(ctx);
    new Exports(instance).export(ctx);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private void live(Context ctx) {
    String name = ctx.queryParam("dashboard");
    DashboardSpec dashboard = dashboard(name == null ? "" : name);
    String range = ctx.queryParam("range");
    Duration duration =
        range == null
            ? dashboard.defaultRange()
            : Quantities.duration(range)
                .filter(dashboard.timeRanges()::contains)
                .orElseThrow(
                    () -> RefusedRequest.bad("`" + range + "` is no range of this dashboard"));
    Map<String, String> filters = new HashMap<>();
    for (DashboardSpec.Filter filter : dashboard.filters()) {
      String value = ctx.queryParam("filter." + filter.name());
      if (value != null) {
        filters.put(filter.name(), value);
      }
    }
    DashboardQuery query = new DashboardQuery(dashboard, duration, filters);
    eventStream(ctx, opener -> pages.watch(query, opener));
  }

  /**
   * Answers with a stream of events.
   *
   * @param watch gets what opens the stream
   */
  private static void eventStream(Context ctx, Consumer<LivePages.Opener> watch) {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    ctx.future(
        () -> {
          watch.accept(onClose -> open(ctx, onClose, closed));
          return closed;
        });
  }

  private static EventStream open(Context ctx, Runnable onClose, CompletableFuture<Void> closed) {
    ctx.res().setStatus(200);
    ctx.res().setContentType("text/event-stream");
    ctx.res().setCharacterEncoding("UTF-8");
    ctx.res().setHeader("Cache-Control", "no-store");
    try {
      Runnable end =
          () -> {
            onClose.run();
            closed.complete(null);
          };
      AsyncContext async =
          ctx.req().isAsyncStarted() ? ctx.req().getAsyncContext() : ctx.req().startAsync();
      EventStream stream = new EventStream(async, ctx.res().getOutputStream(), end);
      stream.open();
      return stream;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void health(Context ctx) {
    Status status = instance.status();
    boolean stopped =
        status.sources().stream().anyMatch(s -> s.health() == Status.Health.STOPPED)
            || status.streams().stream().anyMatch(s -> s.health() == Status.Health.STOPPED)
            || status.sinks().stream().anyMatch(s -> s.health() == Status.Health.STOPPED);
    ctx.status(stopped ? 503 : 200);
    json(
        ctx,
        Json.object()
            .put("status", stopped ? "stopped" : "ok")
            .put("project", instance.project().name()));
  }

  private static void problem(Context ctx, int status, Problem problem) {
    ctx.status(status);
    ObjectNode node = Json.object();
    node.set("error", Json.problem(problem));
    json(ctx, node);
  }

  private static void json(Context ctx, ObjectNode node) {
    ctx.header("Cache-Control", "no-store");
    ctx.contentType("application/json; charset=utf-8").result(Json.write(node));
  }
}
