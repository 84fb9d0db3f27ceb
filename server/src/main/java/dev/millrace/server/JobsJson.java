package dev.millrace.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.orchestrate.JobRun;
import dev.millrace.orchestrate.JobStatus;
import dev.millrace.project.Schedule;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Jobs as the page and the command line read them: instants in ISO 8601, or null. */
public final class JobsJson {
  private JobsJson() {}

  /** An object with {@code jobs}. */
  public static ObjectNode of(List<JobStatus> jobs) {
    ObjectNode node = Json.object();
    ArrayNode all = node.putArray("jobs");
    for (JobStatus job : jobs) {
      ObjectNode one = all.addObject();
      one.put("name", job.spec().name());
      one.put("description", job.spec().description());
      one.put("schedule", job.spec().schedule().map(Schedule::text).orElse(null));
      one.put("command", job.spec().command().text());
      one.put("paused", job.paused());
      one.put("nextDue", text(job.nextDue()));
      one.put("lastSuccess", text(job.lastSuccess()));
      one.put("succeeded", job.succeeded());
      one.put("failed", job.failed());
      job.last().ifPresent(run -> one.set("last", of(run)));
      ArrayNode runs = one.putArray("runs");
      job.recent().forEach(run -> runs.add(of(run)));
    }
    return node;
  }

  /** A run. */
  public static ObjectNode of(JobRun run) {
    ObjectNode node = Json.object();
    node.put("run", run.number());
    node.put("job", run.job());
    node.put("trigger", words(run.trigger()));
    node.put("state", words(run.state()));
    node.put("done", run.state().isDone());
    node.put("dueAt", run.due().toString());
    node.put("attempts", run.attempts());
    node.put("startedAt", text(run.startedAt()));
    node.put("endedAt", text(run.endedAt()));
    node.put("retryAt", text(run.retryAt()));
    node.put("message", run.message());
    return node;
  }

  private static String words(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static @Nullable String text(Optional<Instant> at) {
    return at.map(Instant::toString).orElse(null);
  }
}
