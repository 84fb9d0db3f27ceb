package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.function.Supplier;

/** Reaches a project's jobs from another process: in the running instance, or when none runs. */
public final class JobsClient {
  private final Path project;
  private final StoreClient store;

  /** The jobs of the project in a folder. */
  public JobsClient(Path folder) {
    this.project = folder.toAbsolutePath().normalize();
    this.store = StoreClient.of(folder);
  }

  /** Whether an instance has the project. */
  public boolean isRunning() {
    return store.running().isPresent();
  }

  /**
   * All of them, as {@link JobsJson#of}.
   *
   * @param stopped lists them where no instance runs
   */
  public JsonNode list(Supplier<? extends JsonNode> stopped) {
    return store.running().isPresent() ? store.get("/api/jobs") : stopped.get();
  }

  /**
   * Has the running instance do something to a job.
   *
   * @param action {@code run}, {@code pause} or {@code resume}
   * @return of {@code run} the run, else all jobs
   * @throws dev.millrace.api.error.StopException if it refuses, or there is no such job
   */
  public JsonNode change(String action, String job) {
    ObjectNode body = Json.object().put("action", action).put("job", job);
    return store.post("/api/jobs", body, BuildToken.read(project).orElse(""));
  }

  /** State and message of a run in the running instance. */
  public JsonNode run(long number) {
    return store
        .query("SELECT state, message FROM system.job_runs WHERE run = " + number)
        .path("rows")
        .path(0);
  }
}
