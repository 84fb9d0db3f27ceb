package dev.millrace.engine.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.command.DbtCommands;
import dev.millrace.dbt.command.DbtRequest;
import dev.millrace.dbt.command.DbtRequest.NodeSelection;
import dev.millrace.dbt.command.DbtRequest.Operation;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A copy of the project `shop` with a store of its own, which tests change and build. */
final class BuiltProject implements AutoCloseable {
  private final Path folder;
  private final Store store;
  private final StoreAdapter adapter;
  private String output = "";

  BuiltProject(Path folder) throws IOException {
    this.folder = folder;
    Path original = Path.of("src/test/resources/dev/millrace/engine/batch/shop");
    try (Stream<Path> files = Files.walk(original)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(original.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    this.store =
        Store.open(new StoreOptions(folder.resolve("store"), ZoneOffset.UTC, 256L << 20, 2));
    this.adapter = new StoreAdapter(store, BatchLimits.alone(2), folder);
  }

  /** Writes a file of the project. */
  BuiltProject write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  Store store() {
    return store;
  }

  Path folder() {
    return folder;
  }

  /** A command; words are those of the command line, each option with one value at most. */
  DbtCommands command(String command, StringWriter out, String... words) {
    List<String> all = List.of(words);
    DbtRequest request =
        new DbtRequest(
            command,
            folder,
            folder,
            value(all, "--target"),
            Optional.empty(),
            Optional.empty(),
            value(all, "--vars").stream().toList(),
            new NodeSelection(
                value(all, "--select").stream().toList(),
                List.of(),
                value(all, "--selector"),
                List.of(),
                List.of(),
                Optional.empty()),
            value(all, "--state").map(folder::resolve),
            all.contains("--defer"),
            all.contains("--favor-state"),
            all.contains("--retry"),
            all.contains("--one-thread") ? Optional.of(1) : Optional.empty(),
            all.contains("--full-refresh"),
            all.contains("--fail-fast"),
            all.contains("--store-failures"),
            all.contains("--empty"),
            value(all, "--sample"),
            Optional.of(value(all, "--event-time-start").orElse("2024-03-01")),
            Optional.of(value(all, "--event-time-end").orElse("2024-03-05")),
            value(all, "--macro")
                .map(m -> new Operation(m, value(all, "--args").stream().toList())),
            "selector",
            false,
            false);
    return new DbtCommands(request, Map.of(), new PrintWriter(out));
  }

  private static Optional<String> value(List<String> words, String option) {
    int at = words.indexOf(option);
    return at < 0 ? Optional.empty() : Optional.of(words.get(at + 1));
  }

  /** Runs a command and says whether all is well. */
  boolean run(String command, String... words) {
    StringWriter out = new StringWriter();
    boolean good = command(command, out, words).run(manifest -> adapter);
    output = out.toString();
    return good;
  }

  /** The problems of a command that does not even begin. */
  String failure(String command, String... words) {
    try {
      run(command, words);
    } catch (StopException e) {
      return e.problems().toString();
    }
    throw new AssertionError("`" + command + "` has begun: " + output);
  }

  StoreAdapter adapter() {
    return adapter;
  }

  /** What the last command printed. */
  String output() {
    return output;
  }

  /** Statuses by name of the last build. */
  Map<String, String> statuses() {
    Map<String, String> statuses = new LinkedHashMap<>();
    for (JsonNode result : json("target/run_results.json").path("results")) {
      String[] id = result.path("unique_id").asText().split("\\.");
      statuses.put(id[0].equals("unit_test") ? id[3] : id[2], text(result));
    }
    return statuses;
  }

  private static String text(JsonNode result) {
    return result.path("status").asText();
  }

  JsonNode json(String path) {
    try {
      return new ObjectMapper().readTree(folder.resolve(path).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<List<@Nullable Object>> rows(String sql) {
    try (AdapterSession session = adapter.open()) {
      return session.execute(sql, true).rows();
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
