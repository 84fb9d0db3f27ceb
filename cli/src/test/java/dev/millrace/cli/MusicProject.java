package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A copy of the example {@code music} whose listeners are the same in every run; nothing comes so
 * late that it is refused, and what is compared is kept for ever, as a source's end moves the
 * watermark past everything.
 */
final class MusicProject {
  private static final List<String> BRONZE =
      List.of(
          "bronze_listens",
          "bronze_page_views",
          "bronze_auth",
          "bronze_status_changes",
          "top_songs_of_the_hour");

  /** Silver and gold, some of it. */
  static final List<String> BUILT =
      List.of(
          "dim_time",
          "dim_users",
          "fact_listens",
          "fact_sessions",
          "listening_time",
          "top_artists",
          "conversion",
          "revenue");

  private final Path folder;
  private final List<String> target;

  private MusicProject(Path folder, List<String> target) {
    this.folder = folder;
    this.target = target;
  }

  /** A copy of the example as it is, which has not run yet. */
  static MusicProject example(Path folder) throws IOException {
    AdsRun.copyExample("music", folder);
    return new MusicProject(folder, List.of());
  }

  /**
   * A copy that has not run yet.
   *
   * @param days how many are simulated
   * @param target of millrace.yml
   */
  static MusicProject copy(Path folder, int days, String target) throws IOException {
    MusicProject project = new MusicProject(folder, List.of("--target", target));
    AdsRun.copyExample("music", folder);
    String source = "sources/music.yml";
    project.change(
        source,
        "    history: \"{{ var('history') }}\"\n",
        "    start: \"2026-01-01\"\n    end: \"2026-01-%02d\"\n".formatted(1 + days));
    project.change(
        source, "          late: {share: 0.5%, by: {from: 15 seconds, to: 90 seconds}}\n", "");
    project.change(source, "allowed_lateness: 10 seconds", "allowed_lateness: 5 minutes");
    for (String model : List.of("top_songs_of_the_hour", "listens_by_minute")) {
      project.change("models/live/" + model + ".sql", ", retain='2 days'", "");
    }
    return project;
  }

  void change(String path, String from, String to) throws IOException {
    Path file = folder.resolve(path);
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  Path folder() {
    return folder;
  }

  /** Builds it while it does not run. */
  void build() {
    assertThat(run("", "build")).isZero();
  }

  /**
   * Runs a command of Millrace in a process of its own.
   *
   * @param fault where it is killed; empty: nowhere
   * @return its exit code, which is 0 or that of a fault
   */
  int run(String fault, String command, String... options) {
    Map<String, String> properties = fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault);
    List<String> arguments = new ArrayList<>(List.of(command, folder.toString()));
    arguments.addAll(target);
    arguments.addAll(List.of(options));
    try (ChildJvm child =
        ChildJvm.start(Millrace.class, properties, arguments.toArray(String[]::new))) {
      int code = child.awaitExit(Duration.ofMinutes(10));
      assertThat(code).as("%s: %s", fault, child.output()).isIn(0, FaultPoint.EXIT_CODE);
      return code;
    }
  }

  /** What came in, and what was made of it. */
  Map<String, List<List<Object>>> tables() throws Exception {
    Map<String, String> queries = new LinkedHashMap<>();
    BRONZE.forEach(table -> queries.put(table, "SELECT * FROM " + table));
    for (String table : BUILT) {
      queries.put(table, "SELECT * FROM " + table);
    }
    queries.put("active_users", "SELECT day, daily, weekly, monthly FROM active_users");
    return AdsRun.query(folder, queries);
  }
}
