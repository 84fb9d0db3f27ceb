package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Copies of {@code examples/ads} for benchmarks; the example itself is never run in place. */
final class AdsProject {
  private static final Set<String> QUERY =
      Set.of("clean_impressions.sql", "clean_clicks.sql", "attributed.sql", "campaign_minutes.sql");

  private AdsProject() {}

  /**
   * The part that all systems run: from the topics of the benchmark's broker to {@code
   * campaign_minutes}, under the target {@code benchmark}.
   *
   * @param servers the broker's address
   * @param lateness how late an event may come, as the project file writes it
   */
  static void query(Workplace place, Path folder, String servers, String lateness)
      throws IOException {
    Folders.copy(place.root().resolve("examples/ads"), folder);
    Folders.delete(folder.resolve("sinks"));
    Folders.delete(folder.resolve("dashboards"));
    try (Stream<Path> models = Files.list(folder.resolve("models"))) {
      for (Path model : models.toList()) {
        if (!QUERY.contains(String.valueOf(model.getFileName()))) {
          Files.delete(model);
        }
      }
    }
    replace(
        folder.resolve("millrace.yml"),
        "targets:\n",
        "targets:\n  benchmark:\n    kafka:\n      url: \"" + servers + "\"\n");
    replace(
        folder.resolve("sources/ads.yml"),
        "allowed_lateness: 10 seconds",
        "allowed_lateness: " + lateness);
  }

  /** The whole example with all that it embeds, at a rate of its own. */
  static void whole(Workplace place, Path folder, long eventsPerSecond) throws IOException {
    Folders.copy(place.root().resolve("examples/ads"), folder);
    Path file = folder.resolve("millrace.yml");
    List<String> lines = Files.readAllLines(file);
    if (lines.stream().noneMatch(line -> line.strip().startsWith("events_per_second:"))) {
      throw new IllegalStateException(file + " has no events_per_second");
    }
    Files.write(
        file,
        lines.stream()
            .map(
                line ->
                    line.replaceFirst(
                        "events_per_second:.*", "events_per_second: " + eventsPerSecond))
            .toList());
  }

  private static void replace(Path file, String text, String by) throws IOException {
    String before = Files.readString(file);
    if (!before.contains(text)) {
      throw new IllegalStateException(file + " does not contain `" + text.strip() + "` any more");
    }
    Files.writeString(file, before.replace(text, by));
  }
}
