package dev.millrace.benchmarks;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.load.DbtProjects;
import dev.millrace.dbt.load.LoadSetting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Reads a dbt project again and again in one JVM, as a running instance does. Arguments: its
 * folder, and how often. Prints the marks {@code seconds} and {@code cpu-seconds} of the fastest
 * time.
 */
final class DbtLoad {
  private DbtLoad() {}

  /** Reads it. */
  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    double seconds = Double.MAX_VALUE;
    double cpuSeconds = Double.MAX_VALUE;
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      Duration cpu = SqlAlone.cpu();
      long begun = System.nanoTime();
      Problems problems = new Problems();
      DbtProjects.load(folder, LoadSetting.of(Map.of()), problems);
      problems.throwIfErrors();
      seconds = Math.min(seconds, (System.nanoTime() - begun) / 1e9);
      cpuSeconds = Math.min(cpuSeconds, SqlAlone.cpu().minus(cpu).toNanos() / 1e9);
    }
    System.out.println("@seconds " + seconds);
    System.out.println("@cpu-seconds " + cpuSeconds);
  }
}
