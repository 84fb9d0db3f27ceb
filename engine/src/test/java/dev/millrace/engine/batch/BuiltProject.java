package dev.millrace.engine.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.command.DbtCommands;
import dev.millrace.dbt.command.DbtRequest;
import dev.millrace.dbt.command.DbtRequest.NodeSelection;
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
    this.adapter = new StoreAdapter(store, BatchLimits.alone(2));
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

  /** A command; words are `--select x`, `--vars y`, `--full-refresh`, `--fail-fast`, `--retry`. */
  DbtCommands command(String command, StringWriter out, String... words) {
    List<String> all = List.of(words);
    int select = all.indexOf("--select");
    int vars = all.indexOf("--vars");
    DbtRequest request =
        new DbtRequest(
            command,
            folder,
            folder,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            vars < 0 ? List.of() : List.of(all.get(vars + 1)),
            new NodeSelection(
                select < 0 ? List.of() : List.of(all.get(select + 1)),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty()),
            Optional.empty(),
            false,
            all.contains("--retry"),
            all.contains("--one-thread") ? Optional.of(1) : Optional.empty(),
            all.contains("--full-refresh"),
            all.contains("--fail-fast"),
            all.contains("--store-failures"),
            false,
            Optional.of("2024-03-01"),
            Optional.of("2024-03-05"),
            "selector",
            false,
            false);
    return new DbtCommands(request, Map.of(), new PrintWriter(out));
  }

  /** Runs a command and says whether all is well. */
  boolean run(String command, String... words) {
    StringWriter out = new StringWriter();
    boolean good = command(command, out, words).run(manifest -> adapter);
    output = out.toString();
    return good;
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
