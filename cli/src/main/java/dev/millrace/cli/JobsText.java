package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Jobs as people read them in a terminal; times are those of this machine's zone. */
final class JobsText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());
  private static final List<String> HEAD =
      List.of("job", "schedule", "next", "last", "result", "took");

  private JobsText() {}

  static String of(JsonNode answer) {
    JsonNode jobs = answer.path("jobs");
    if (jobs.isEmpty()) {
      return "The project has no jobs; docs/jobs.md says how to write jobs.yml.\n";
    }
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEAD);
    for (JsonNode job : jobs) {
      JsonNode last = job.path("last");
      String schedule = job.path("schedule").asText("");
      lines.add(
          List.of(
              job.path("name").asText(),
              job.path("schedule").isNull() ? "by hand" : schedule,
              job.path("paused").asBoolean() ? "paused" : time(job.path("nextDue")),
              time(last.path("startedAt")),
              last.path("state").asText("–"),
              took(last)));
    }
    int[] widths = new int[HEAD.size()];
    lines.forEach(
        line -> {
          for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], line.get(i).length());
          }
        });
    StringBuilder out = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        row.append(line.get(i)).append(" ".repeat(widths[i] - line.get(i).length() + 2));
      }
      out.append(row.toString().stripTrailing()).append('\n');
    }
    for (JsonNode job : jobs) {
      JsonNode last = job.path("last");
      if (List.of("failed", "retrying", "cut off").contains(last.path("state").asText())) {
        out.append(
            String.format(
                Locale.ROOT,
                "%n%s, run %d, %d %s: %s%n",
                job.path("name").asText(),
                last.path("run").asLong(),
                last.path("attempts").asInt(),
                last.path("attempts").asInt() == 1 ? "try" : "tries",
                last.path("message").asText()));
      }
    }
    return out.toString();
  }

  private static String time(JsonNode at) {
    return at.isTextual() ? TIME.format(Instant.parse(at.asText())) : "–";
  }

  private static String took(JsonNode run) {
    if (!run.path("startedAt").isTextual() || !run.path("endedAt").isTextual()) {
      return "–";
    }
    Duration took =
        Duration.between(
            Instant.parse(run.path("startedAt").asText()),
            Instant.parse(run.path("endedAt").asText()));
    return String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
  }
}
