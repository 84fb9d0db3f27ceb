package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.orchestrate.Jobs;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What the page and the command line ask of jobs. */
final class JobRequests {
  private final Optional<Jobs> jobs;
  private final Consumer<Context> allowed;

  /**
   * Requests about jobs.
   *
   * @param allowed throws if somebody must not have jobs run
   */
  JobRequests(Optional<Jobs> jobs, Consumer<Context> allowed) {
    this.jobs = jobs;
    this.allowed = allowed;
  }

  ObjectNode list() {
    return JobsJson.of(jobs.map(Jobs::status).orElse(List.of()));
  }

  /** Runs, pauses or resumes one. */
  ObjectNode change(Context ctx, JsonNode body) {
    allowed.accept(ctx);
    Jobs known = jobs.orElseThrow(() -> RefusedRequest.notFound("job: the project has none"));
    String job = body.path("job").asText();
    switch (body.path("action").asText()) {
      case "run" -> {
        return JobsJson.of(known.request(job));
      }
      case "pause" -> known.pause(job);
      case "resume" -> known.resume(job);
      default -> throw RefusedRequest.bad("`action` must be run, pause or resume");
    }
    return JobsJson.of(known.status());
  }
}
