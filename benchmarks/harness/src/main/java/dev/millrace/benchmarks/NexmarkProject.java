package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Copies of {@code benchmarks/nexmark} that have one query and the streams that it reads. */
final class NexmarkProject {
  private static final String STREAM = "      - name: ";

  private NexmarkProject() {}

  /**
   * Makes a copy.
   *
   * @param servers the broker's address, for the target {@code benchmark}
   */
  static void of(NexmarkQuery query, Path folder, String servers) throws IOException {
    Folders.copy(query.folder(), folder);
    Folders.delete(folder.resolve("flink"));
    Folders.delete(folder.resolve("duckdb"));
    List<Path> models;
    try (Stream<Path> all = Files.list(folder.resolve("models"))) {
      models = all.toList();
    }
    for (Path model : models) {
      if (!model.endsWith(query.name() + ".sql")) {
        Files.delete(model);
      }
    }
    Path sources = folder.resolve("sources/nexmark.yml");
    Files.write(sources, only(query.streams(), Files.readAllLines(sources)));
    Path project = folder.resolve("millrace.yml");
    Files.writeString(
        project, Files.readString(project).replace("{{ env_var('KAFKA_BROKERS') }}", servers));
  }

  /** The lines of a source without those of other streams. */
  static List<String> only(Set<String> streams, List<String> lines) {
    List<String> kept = new ArrayList<>();
    boolean keeps = true;
    for (String line : lines) {
      if (line.startsWith(STREAM)) {
        keeps = streams.contains(line.substring(STREAM.length()).strip());
      }
      if (keeps) {
        kept.add(line);
      }
    }
    return kept;
  }
}
