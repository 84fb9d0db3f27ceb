package dev.millrace.cli;

import dev.millrace.orchestrate.JobRun;
import dev.millrace.orchestrate.Jobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What runs of jobs come to, in lines for the terminal. */
final class JobLines {
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();

  private JobLines() {}

  /** From now on. */
  static JobLines of(Jobs jobs) {
    JobLines lines = new JobLines();
    jobs.onChange(lines::add);
    return lines;
  }

  private void add(JobRun run) {
    switch (run.state()) {
      case SUCCEEDED -> lines.add("job " + run.job() + " done" + took(run));
      case FAILED -> lines.add("job " + run.job() + " failed: " + run.message());
      case RETRYING ->
          lines.add("job " + run.job() + " failed, and is tried again: " + run.message());
      default -> {}
    }
  }

  private static String took(JobRun run) {
    return run.startedAt().isPresent() && run.endedAt().isPresent()
        ? String.format(
            Locale.ROOT,
            " in %.1f s",
            Duration.between(run.startedAt().get(), run.endedAt().get()).toMillis() / 1000.0)
        : "";
  }

  /** Those since the last time. */
  List<String> poll() {
    List<String> polled = new ArrayList<>();
    for (String line = lines.poll(); line != null; line = lines.poll()) {
      polled.add(line);
    }
    return polled;
  }
}
