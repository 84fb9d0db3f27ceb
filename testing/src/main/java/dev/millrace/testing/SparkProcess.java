package dev.millrace.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Spark with Iceberg's runtime, in a process of its own with a class path of its own, as users have
 * it. It is there once the module {@code readers/spark} is built, by {@code mvn -Preaders -pl
 * readers/spark package} or {@code ./check --long}.
 */
public final class SparkProcess {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** What Spark's own scripts open in a JVM of version 17. */
  private static final List<String> OPENED =
      List.of(
          "java.base/java.lang",
          "java.base/java.lang.invoke",
          "java.base/java.io",
          "java.base/java.net",
          "java.base/java.nio",
          "java.base/java.util",
          "java.base/java.util.concurrent",
          "java.base/sun.nio.ch",
          "java.base/sun.security.action",
          "java.base/sun.util.calendar");

  private SparkProcess() {}

  private static Optional<Path> module() {
    Path here = Path.of("").toAbsolutePath();
    return Stream.iterate(here, p -> p.getParent() != null, Path::getParent)
        .map(p -> p.resolve("readers/spark/target"))
        .filter(p -> Files.exists(p.resolve("classpath.txt")))
        .findFirst();
  }

  /** True if it can be started here. */
  public static boolean isAvailable() {
    return module().isPresent();
  }

  /**
   * Runs queries, and writes the rows of each into a folder of Parquet files.
   *
   * @param catalog address of the lake's catalog for JDBC
   * @param warehouse the lake's folder
   * @param to the folder for the folders of rows
   * @param queries by the name of a folder: one over tables {@code millrace.<schema>.<table>}, or
   *     {@code parquet:<folder>}
   * @throws AssertionError with what Spark said, if it fails
   */
  public static void query(String catalog, String warehouse, Path to, Map<String, String> queries)
      throws IOException {
    Path module = module().orElseThrow();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    OPENED.forEach(name -> command.add("--add-opens=" + name + "=ALL-UNNAMED"));
    command.add("-cp");
    command.add(
        module.resolve("classes")
            + java.io.File.pathSeparator
            + Files.readString(module.resolve("classpath.txt")).strip());
    command.addAll(
        List.of("dev.millrace.readers.spark.SparkReader", catalog, warehouse, to.toString()));
    queries.forEach((name, query) -> command.addAll(List.of(name, query)));
    Files.createDirectories(to);
    Path output = to.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError("Spark failed: " + Files.readString(output));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      process.destroyForcibly();
    }
  }
}
