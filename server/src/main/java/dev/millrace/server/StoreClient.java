package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import dev.millrace.api.error.Suggestion;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.InstanceLock;
import dev.millrace.engine.Programs;
import dev.millrace.engine.ProjectFunctions;
import dev.millrace.engine.change.StoredProject;
import dev.millrace.engine.flow.SystemTables;
import dev.millrace.engine.lake.LakeRows;
import dev.millrace.engine.lake.LakeVersions;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.engine.store.Writer;
import dev.millrace.project.Project;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.StreamProgram;
import dev.millrace.sql.gate.QueryLimits;
import dev.millrace.sql.gate.QueryPlace;
import dev.millrace.sql.gate.QueryRunner;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Reaches a project's store from another process: through the running instance, or by opening it
 * when none runs.
 */
public final class StoreClient {
  private static final long MEMORY = 512L << 20;

  private final Path project;
  private final DataFolder folder;

  private StoreClient(Path project, DataFolder folder) {
    this.project = project;
    this.folder = folder;
  }

  /** The store of the project in {@code projectFolder}. */
  public static StoreClient of(Path projectFolder) {
    Path absolute = projectFolder.toAbsolutePath().normalize();
    if (Stream.of("millrace.yml", "dbt_project.yml")
        .map(absolute::resolve)
        .noneMatch(Files::exists)) {
      throw new StopException(
          Problem.error(
              ServerError.NOT_A_PROJECT,
              null,
              "`" + projectFolder + "` has no millrace.yml and no dbt_project.yml",
              "name the project's folder, or make one with `millrace init`"),
          null);
    }
    return new StoreClient(absolute, DataFolder.open(absolute));
  }

  /** As the other, for a query that reads nothing of a lake but what the store shows. */
  public JsonNode query(String sql) {
    return query(sql, () -> LakeAccess.NONE);
  }

  /**
   * Runs one gated SELECT.
   *
   * @param lake opens the target's lake, if the query needs it and no instance runs that has it
   * @return an object with {@code columns} (name, type), {@code rows} (arrays) and {@code
   *     truncated}
   * @throws StopException if the query is refused or fails, or there is no store yet
   */
  public JsonNode query(String sql, Supplier<LakeAccess> lake) {
    Optional<URI> running = running();
    if (running.isPresent()) {
      return post(running.get().resolve("/api/query"), Json.object().put("sql", sql));
    }
    requireStore();
    try (LakeAccess opened = LakeVersions.mentions(sql) ? lake.get() : LakeAccess.NONE;
        Store store = open();
        LakeRows rows = opened.lake().map(l -> LakeRows.open(store, l)).orElse(null);
        Connection connection = store.connect();
        QueryRunner runner = new QueryRunner(LakeVersions.of(opened.lake()))) {
      return Json.result(
          runner.run(
              connection, sql, List.of(), QueryPlace.inText("query", sql), QueryLimits.CONSOLE));
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * Why an asset has no output: {@code asset}, {@code reasons} (cause, about, text, advice), {@code
   * partitions}, {@code open_windows}, {@code state}.
   *
   * @param load loads the project, if no instance runs that knows it
   * @throws StopException if there is no such asset, or no store yet
   */
  public JsonNode why(String asset, Supplier<Project> load) {
    Optional<URI> running = running();
    if (running.isPresent()) {
      String id = URLEncoder.encode(asset, StandardCharsets.UTF_8).replace("+", "%20");
      return send(
          HttpRequest.newBuilder(running.get().resolve("/api/assets/" + id + "/why")).GET());
    }
    Project project = load.get();
    Map<String, StreamProgram> programs = Programs.compile(project, Map.of(), new Problems());
    try (Store store = open();
        Connection connection = store.connect()) {
      return WhyJson.of(project, programs, connection, Optional.empty(), asset);
    } catch (RefusedRequest e) {
      throw new StopException(e.problem(), e);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * Marks rejected records for another try.
   *
   * @param source {@code source.stream}; empty for all
   * @param load loads the project, to tell whether it has the source if nothing is marked
   * @return how many
   */
  public long replay(Optional<String> source, Supplier<Project> load) {
    long marked = mark(source);
    if (marked == 0 && source.isPresent()) {
      List<String> known =
          load.get().streams().stream().map(StreamSpec::qualifiedName).sorted().toList();
      if (!known.contains(source.get())) {
        String near = Suggestion.didYouMean(source.get(), known);
        throw new StopException(
            Problem.error(
                ServerError.NOT_FOUND,
                null,
                "there is no source `" + source.get() + "`",
                near == null ? "there are `" + String.join("`, `", known) + "`" : near),
            null);
      }
    }
    return marked;
  }

  private long mark(Optional<String> source) {
    Optional<URI> running = running();
    if (running.isPresent()) {
      ObjectNode body = Json.object();
      source.ifPresent(s -> body.put("source", s));
      return post(running.get().resolve("/api/replay"), body).path("marked").asLong();
    }
    try (Store store = open();
        Writer writer = store.writer()) {
      return writer.transact(transaction -> SystemTables.markForReplay(transaction, source));
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * The files of the project's sources, the newest entries first.
   *
   * @return as {@link #query}
   * @throws StopException if there is none with these paths, or there is no store yet
   */
  public JsonNode files(FileSelection selection) {
    Optional<URI> running = running();
    if (running.isPresent()) {
      return post(running.get().resolve("/api/files"), body("list", selection));
    }
    try (Store store = open();
        Connection connection = store.connect();
        QueryRunner runner = new QueryRunner()) {
      return new ProjectFiles(
              List.of(),
              (sql, limits) ->
                  runner.run(connection, sql, List.of(), QueryPlace.inText("files", sql), limits))
          .list(selection);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /**
   * Amends the ledger's entries of files; the running instance does it at once.
   *
   * @param stopped does it where no instance runs
   * @return {@code amended} and {@code unchanged}, how many, and {@code files}, the first of those
   *     that are unchanged: {@code source}, {@code path}, {@code state}
   * @throws StopException if there is none with these paths, or there is no store yet
   */
  public JsonNode amendFiles(
      LedgerAction action, FileSelection selection, Supplier<? extends JsonNode> stopped) {
    Optional<URI> running = running();
    if (running.isPresent()) {
      return post(running.get().resolve("/api/files"), body(action.name(), selection));
    }
    requireStore();
    return stopped.get();
  }

  /**
   * Does what cannot be done while an instance runs.
   *
   * @throws StopException if one runs, or there is no store yet
   */
  public <T> T whileStopped(Supplier<T> work) {
    if (running().isPresent()) {
      throw new StopException(
          Problem.error(
              ServerError.STILL_RUNNING,
              null,
              "the project runs, with the files that its ledgers have",
              "stop it, and ask again before it is started with other ones"),
          null);
    }
    requireStore();
    return work.get();
  }

  /** What the running instance answers. */
  JsonNode get(String path) {
    return send(HttpRequest.newBuilder(running().orElseThrow().resolve(path)).GET());
  }

  /** What the running instance answers to whoever shows the token. */
  JsonNode post(String path, ObjectNode body, String token) {
    return send(
        HttpRequest.newBuilder(running().orElseThrow().resolve(path))
            .header("Content-Type", "application/json")
            .header(BuildToken.HEADER, token)
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(body))));
  }

  private static ObjectNode body(String action, FileSelection selection) {
    ObjectNode body = Json.object().put("action", action.toLowerCase(Locale.ROOT));
    selection.source().ifPresent(s -> body.put("source", s));
    selection.paths().forEach(body.putArray("paths")::add);
    selection.states().forEach(body.putArray("states")::add);
    return body;
  }

  /**
   * What the store was filled by; nothing if there is no store yet.
   *
   * @throws StopException if the store refuses
   */
  public StoredProject stored() {
    Optional<URI> running = running();
    if (running.isPresent()) {
      URI uri = running.get().resolve("/api/stored");
      return StoredProject.parse(send(HttpRequest.newBuilder(uri).GET()).toString());
    }
    if (!Files.exists(folder.resolve("store").resolve("store.duckdb"))) {
      return StoredProject.NONE;
    }
    try (Store store = open();
        Connection connection = store.connect()) {
      return StoredProject.read(connection);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Where the instance is that has the project. */
  Optional<URI> running() {
    return InstanceLock.find(folder).flatMap(InstanceLock.Instance::address).map(URI::create);
  }

  private Store open() {
    return Store.open(
        new StoreOptions(requireStore(), ZoneOffset.UTC, MEMORY, 2)
            .with(ProjectFunctions.load(project, new Problems())));
  }

  /**
   * The folder of the store, in which there is one.
   *
   * @throws StopException if there is no store yet
   */
  public Path requireStore() {
    Path path = folder.resolve("store");
    if (!Files.exists(path.resolve("store.duckdb"))) {
      throw new StopException(
          Problem.error(
              ServerError.NOTHING_STORED,
              null,
              "the project has not run yet, so there is nothing to query",
              "start it with `millrace run`"),
          null);
    }
    return path;
  }

  private static StopException failed(SQLException e) {
    return new StopException(
        Problem.error(ServerError.SERVER_DEFECT, null, "the store failed: " + e.getMessage(), null),
        e);
  }

  private static JsonNode post(URI uri, ObjectNode body) {
    return send(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(body))));
  }

  private static JsonNode send(HttpRequest.Builder builder) {
    HttpRequest request = builder.timeout(Duration.ofMinutes(2)).build();
    try {
      HttpResponse<String> response =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      JsonNode answer = Json.MAPPER.readTree(response.body());
      JsonNode error = answer.path("error");
      if (!error.isMissingNode()) {
        throw new StopException(RemoteProblem.of(error), null);
      }
      return answer;
    } catch (IOException e) {
      throw new StopException(
          Problem.error(
              ServerError.REFUSED_BY_INSTANCE,
              null,
              "the running instance at " + request.uri().getAuthority() + " does not answer",
              RemoteProblem.SILENT),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
