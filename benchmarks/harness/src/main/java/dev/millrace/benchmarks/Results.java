package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes {@code benchmarks/results/<name>.md} and {@code .json}, with when and on what it ran. */
final class Results {
  private final Path folder;
  private final String name;
  private final Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);

  Results(Workplace place, String name) {
    this(place.benchmarks().resolve("results"), name);
  }

  /** Results that go to another folder, as they are not those of the benchmark as it should be. */
  Results(Path folder, String name) {
    this.folder = folder;
    this.name = name;
  }

  /**
   * Writes both files and prints the first.
   *
   * @param markdown the report without title, date and machine
   * @param figures the same for programs
   */
  void write(String title, String markdown, Map<String, Object> figures) throws IOException {
    Files.createDirectories(folder);
    String text = "# " + title + "\n\n" + date + ", " + machine() + "\n\n" + markdown;
    Files.writeString(folder.resolve(name + ".md"), text);
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("date", date.toString());
    all.put("machine", machine());
    all.putAll(figures);
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(folder.resolve(name + ".json").toFile(), all);
    System.out.println("\n" + text);
  }

  private static String machine() throws IOException {
    String cpu =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).trim())
            .findFirst()
            .orElse("processor unknown");
    String memory = Files.readAllLines(Path.of("/proc/meminfo")).get(0).replaceAll("[^0-9]", "");
    return Runtime.getRuntime().availableProcessors()
        + " cores ("
        + cpu
        + "), "
        + Math.round(Long.parseLong(memory) / 1048576.0)
        + " GB, Linux, Java "
        + Runtime.version().feature();
  }
}
