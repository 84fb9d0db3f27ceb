package dev.millrace.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Flink SQL in a MiniCluster.
 *
 * @param name how the variant is called
 * @param heap the JVM's heap, as {@code -Xmx} takes it
 * @param options of Flink, {@code key=value}
 */
record FlinkSystem(String name, String heap, List<String> options) implements MeasuredSystem {
  @Override
  public String setup() {
    return "Flink 2.2.0, SQL on a MiniCluster, parallelism 2, object reuse, heap "
        + heap
        + (options.isEmpty() ? "" : ", " + String.join(", ", options));
  }

  @Override
  public RunResult run(Workplace place, String servers, Path folder) throws Exception {
    Path result = folder.resolve("result");
    List<String> jvm = jvm(heap);
    List<String> main = new ArrayList<>();
    main.add("dev.millrace.benchmarks.flink.FlinkAds");
    main.addAll(List.of(servers, result.toUri().toString()));
    main.addAll(options);
    if (options.stream().anyMatch(option -> option.startsWith("execution.checkpointing"))) {
      main.add("execution.checkpointing.dir=" + folder.resolve("checkpoints").toUri());
    }
    try (ChildProcess child = ChildProcess.java(place, name, "flink", jvm, main)) {
      return Marks.result(child, Duration.ofMinutes(15), result);
    }
  }

  /** What Flink's JVM needs, with a heap of its own. */
  static List<String> jvm(String heap) {
    List<String> jvm = new ArrayList<>(List.of("-Xmx" + heap, "-Xms" + heap, "-XX:+UseParallelGC"));
    for (String module : List.of("java.util", "java.lang", "java.time", "java.net")) {
      jvm.addAll(List.of("--add-opens", "java.base/" + module + "=ALL-UNNAMED"));
    }
    jvm.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    return jvm;
  }
}
