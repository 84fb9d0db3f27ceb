package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.adapter.ExportRequest;
import dev.millrace.dbt.command.DbtRequest;
import dev.millrace.dbt.command.DbtRequestJson;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.InstanceLock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A build or export that a running instance carries out, since it has the project's store. */
public final class RemoteBuild {
  private final URI instance;
  private final Path project;
  private volatile boolean cancelled;

  private RemoteBuild(URI instance, Path project) {
    this.instance = instance;
    this.project = project;
  }

  /** The instance that runs a project; empty if none does. */
  public static Optional<RemoteBuild> find(Path folder) {
    Path project = folder.toAbsolutePath().normalize();
    if (!Files.isDirectory(project.resolve(".millrace"))) {
      return Optional.empty();
    }
    return InstanceLock.find(DataFolder.open(project))
        .flatMap(InstanceLock.Instance::address)
        .map(address -> new RemoteBuild(URI.create(address), project));
  }

  /**
   * Has the instance build, and prints what it prints.
   *
   * @return the exit code
   * @throws StopException if the instance refuses or goes away
   */
  public int run(DbtRequest request, PrintWriter out) {
    return run("/api/build", DbtRequestJson.write(request), out);
  }

  /** Has the instance export a table; as {@link #run}. */
  public int export(ExportRequest request, Path shown, boolean colours, PrintWriter out) {
    return run("/api/export", Exports.json(request, shown, colours), out);
  }

  private int run(String path, JsonNode request, PrintWriter out) {
    HttpRequest post =
        HttpRequest.newBuilder(instance.resolve(path))
            .header("Content-Type", "application/json")
            .header(BuildToken.HEADER, BuildToken.read(project).orElse(""))
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(request)))
            .build();
    try {
      HttpResponse<InputStream> response =
          HttpClient.newHttpClient().send(post, HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        throw refused(Json.MAPPER.readTree(response.body()).path("error"));
      }
      return print(response.body(), out);
    } catch (IOException e) {
      if (cancelled) {
        out.println("Ended before it was done; what runs is rolled back.");
        out.flush();
        return 1;
      }
      throw gone(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private int print(InputStream body, PrintWriter out) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (cancelled) {
          // Closing it ends the build. The instance sends a line each second at least.
          throw new IOException("cancelled");
        }
        JsonNode json = Json.MAPPER.readTree(line);
        if (json.has("exit")) {
          return json.path("exit").asInt();
        }
        if (json.has("text")) {
          out.print(json.path("text").asText());
          out.flush();
        }
      }
    }
    throw new IOException("it ended before it had answered");
  }

  private static StopException refused(JsonNode error) {
    return new StopException(RemoteProblem.of(error), null);
  }

  private StopException gone(IOException e) {
    return new StopException(
        Problem.error(
            ServerError.REFUSED_BY_INSTANCE,
            null,
            "the running instance at "
                + instance.getAuthority()
                + " does not answer: "
                + e.getMessage(),
            RemoteProblem.SILENT),
        e);
  }

  /** Hangs up within a second, which ends the build: what runs is rolled back. Of any thread. */
  public void cancel() {
    cancelled = true;
  }
}
