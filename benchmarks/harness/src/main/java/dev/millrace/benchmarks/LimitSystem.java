package dev.millrace.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The limit: DuckDB running the same SQL once.
 *
 * @param name as the report calls it
 * @param heap the JVM's heap, which holds the records
 */
record LimitSystem(String name, String heap) implements MeasuredSystem {
  @Override
  public String setup() {
    return "DuckDB 2.0.0.1, the SQL once over records in memory, 2 threads, heap " + heap;
  }

  @Override
  public RunResult run(Workplace place, String servers, Path folder) throws Exception {
    Path result = folder.resolve("result");
    List<String> jvm = List.of("-Xmx" + heap, "-XX:+UseParallelGC");
    List<String> main = List.of(Limit.class.getName(), servers, result.toString());
    try (ChildProcess child = ChildProcess.java(place, name, "harness", jvm, main)) {
      return Marks.result(child, Duration.ofMinutes(15), result);
    }
  }
}
