package dev.millrace.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a command took, from its start to its end.
 *
 * @param seconds by the clock
 * @param cpuSeconds of processors, of all its threads and of the processes that it waited for: on a
 *     machine that has other work to do, this tells more
 */
record TimedCommand(double seconds, double cpuSeconds) {
  private static final Duration LIMIT = Duration.ofHours(2);

  /**
   * Runs a command to its end; an exit code other than 0 is an error.
   *
   * @param name of its log
   */
  static TimedCommand run(Workplace place, String name, List<String> command)
      throws IOException, InterruptedException {
    List<String> timed =
        new ArrayList<>(List.of("bash", "-c", "TIMEFORMAT='@times %3R %3U %3S'; time \"$@\"", "-"));
    timed.addAll(command);
    try (ChildProcess child = ChildProcess.start(place, name, timed, Map.of())) {
      child.join(LIMIT);
      String[] times = child.mark("times").orElseThrow().split(" ");
      return new TimedCommand(
          Double.parseDouble(times[0]),
          Double.parseDouble(times[1]) + Double.parseDouble(times[2]));
    }
  }

  /** What a process says about a part of its work, by its marks {@code seconds} and {@code cpu}. */
  static TimedCommand marks(ChildProcess child) throws InterruptedException {
    child.join(LIMIT);
    return new TimedCommand(
        Double.parseDouble(child.mark("seconds").orElseThrow()),
        Double.parseDouble(child.mark("cpu-seconds").orElseThrow()));
  }

  /** The one with the median of processor time. */
  static TimedCommand median(List<TimedCommand> all) {
    List<TimedCommand> sorted = new ArrayList<>(all);
    sorted.sort((a, b) -> Double.compare(a.cpuSeconds, b.cpuSeconds));
    return sorted.get((sorted.size() - 1) / 2);
  }

  TimedCommand minus(TimedCommand other) {
    return new TimedCommand(seconds - other.seconds, cpuSeconds - other.cpuSeconds);
  }
}
