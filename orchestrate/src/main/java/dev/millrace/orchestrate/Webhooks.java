package dev.millrace.orchestrate;

import dev.millrace.api.type.JsonWriter;
import dev.millrace.project.JobSpec;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells of failures by HTTP. What it says of an address never has the address in it. */
final class Webhooks {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String project;
  private @Nullable HttpClient client;

  Webhooks(String project) {
    this.project = project;
  }

  /** Tells of a run; says why not, if it cannot. */
  synchronized Optional<String> tell(JobSpec.Webhook webhook, JobRun run) {
    HttpRequest request =
        HttpRequest.newBuilder(webhook.address())
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(run)))
            .build();
    try {
      HttpClient known = client;
      if (known == null) {
        known = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
        client = known;
      }
      int status = known.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return status / 100 == 2 ? Optional.empty() : Optional.of("it answered " + status);
    } catch (IOException e) {
      // The message of an exception may have the address in it.
      return Optional.of("it does not answer: " + e.getClass().getSimpleName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("Millrace ended");
    }
  }

  private String body(JobRun run) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("text", "Job " + run.job() + " of " + project + " failed: " + run.message());
    body.put("project", project);
    body.put("job", run.job());
    body.put("run", run.number());
    body.put("state", "failed");
    body.put("due_at", run.due().toString());
    body.put("attempts", run.attempts());
    body.put("message", run.message());
    StringBuilder json = new StringBuilder("{");
    body.forEach(
        (key, value) -> {
          json.append(json.length() > 1 ? "," : "").append('"').append(key).append("\":");
          if (value instanceof Number) {
            json.append(value);
          } else {
            JsonWriter.quote(String.valueOf(value), json);
          }
        });
    return json.append('}').toString();
  }
}
