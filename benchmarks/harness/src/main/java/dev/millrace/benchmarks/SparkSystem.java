package dev.millrace.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Spark Structured Streaming, {@code local[2]}.
 *
 * @param name how the variant is called
 * @param heap the JVM's heap, as {@code -Xmx} takes it
 * @param recordsPerBatch what a micro-batch takes from both topics together
 * @param options of Spark, {@code key=value}
 */
record SparkSystem(String name, String heap, long recordsPerBatch, List<String> options)
    implements MeasuredSystem {
  @Override
  public String setup() {
    return "Spark 4.1.3, local[2], 2 shuffle partitions, available-now, "
        + recordsPerBatch
        + " records a batch, heap "
        + heap
        + (options.isEmpty() ? "" : ", " + String.join(", ", options));
  }

  @Override
  public RunResult run(Workplace place, String servers, Path folder) throws Exception {
    Path result = Files.createDirectories(folder.resolve("result"));
    List<String> jvm = new ArrayList<>(List.of("-Xmx" + heap, "-Xms" + heap, "-XX:+UseParallelGC"));
    jvm.add("-XX:+IgnoreUnrecognizedVMOptions");
    jvm.add("--add-modules=jdk.incubator.vector");
    for (String name :
        List.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "jdk.internal.ref",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar")) {
      jvm.add("--add-opens=java.base/" + name + "=ALL-UNNAMED");
    }
    jvm.add("-Djdk.reflect.useDirectMethodHandle=false");
    jvm.add("-Dio.netty.tryReflectionSetAccessible=true");
    List<String> main = new ArrayList<>();
    main.add("dev.millrace.benchmarks.spark.SparkAds");
    main.addAll(
        List.of(
            servers,
            result.toString(),
            folder.resolve("checkpoints").toString(),
            Long.toString(recordsPerBatch)));
    main.addAll(options);
    try (ChildProcess child = ChildProcess.java(place, name, "spark", jvm, main)) {
      return Marks.result(child, Duration.ofMinutes(15), result);
    }
  }
}
