package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.PostgresSystem;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A copy of the project {@code ads} whose events are the same in every run, in a folder of its own,
 * and what the real command makes of it. Nothing comes late, so that what is admitted does not
 * depend on where batches end.
 */
final class AdsRun {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final List<String> STREAMS =
      List.of(
          "attributed",
          "attributed_clicks",
          "campaign_minutes",
          "campaign_minutes_final",
          "country_minutes",
          "network_minutes");
  private static final List<String> TARGETS =
      List.of("campaign_minutes", "campaign_minutes_final", "clicks", "network_minutes");

  private final Path folder;

  /**
   * Makes the project.
   *
   * @param total impressions; there are about an eighth as many clicks
   */
  AdsRun(Path folder, int total) throws IOException {
    this.folder = folder;
    copyExample("ads", folder);
    change(
        "sources/ads.yml",
        "    seed: 42\n",
        "    seed: 42\n    total: "
            + total
            + "\n    start: \"2025-01-01T10:00:00Z\"\n    speed: \"{{ var('speed') }}\"\n");
    change("sources/ads.yml", "allowed_lateness: 10 seconds", "allowed_lateness: 2 minutes");
    change(
        "sources/ads.yml",
        "          late: {share: 2%, by: {from: 15 seconds, to: 90 seconds}}\n",
        "");
    change(
        "millrace.yml", "  events_per_second: 1000\n", "  events_per_second: 100\n  speed: 10\n");
    // What is forgotten depends on when; here nothing is.
    change("models/attributed.sql", "retain='15 minutes'", "retain='2 days'");
    change("models/attributed_clicks.sql", "retain='1 hour'", "retain='2 days'");
  }

  /** Copies an example as it is. */
  static void copyExample(String name, Path folder) throws IOException {
    Path example = Path.of(System.getProperty("user.dir")).resolveSibling("examples").resolve(name);
    try (var files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path relative = example.relativize(file);
        if (!relative.startsWith(".millrace")) {
          Path copy = folder.resolve(relative.toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
  }

  /** Replaces a text in a file of the project. */
  void change(String file, String from, String to) throws IOException {
    Path path = folder.resolve(file);
    String text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  /**
   * Runs the command to its end.
   *
   * @param fault point and number at which the process is killed; empty for none
   */
  Ended run(String fault, String... options) {
    Map<String, String> properties = fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault);
    List<String> arguments = new ArrayList<>(List.of("run", folder.toString(), "--until-idle"));
    arguments.addAll(List.of(options));
    try (ChildJvm child =
        ChildJvm.start(Millrace.class, properties, arguments.toArray(String[]::new))) {
      int code = child.awaitExit(LIMIT);
      return new Ended(code, child.output());
    }
  }

  /** How a run ended, and all that it printed. */
  record Ended(int code, String output) {}

  /** The rows of queries on the store of a project, by the queries' names, sorted. */
  static Map<String, List<List<Object>>> query(Path project, Map<String, String> queries)
      throws SQLException {
    Map<String, List<List<Object>>> tables = new TreeMap<>();
    Path path = DataFolder.open(project).resolve("store");
    try (Store store = Store.open(new StoreOptions(path, ZoneOffset.UTC, 256L << 20, 1));
        Connection connection = store.connect()) {
      for (Map.Entry<String, String> query : queries.entrySet()) {
        tables.put(query.getKey(), rows(connection, query.getValue()));
      }
    }
    return tables;
  }

  /** All tables of the store that tell what was made of the events, rows as texts, sorted. */
  Map<String, List<List<Object>>> stored() throws SQLException {
    Map<String, List<List<Object>>> tables = new TreeMap<>();
    Path path = DataFolder.open(folder).resolve("store");
    try (Store store = Store.open(new StoreOptions(path, ZoneOffset.UTC, 256L << 20, 1));
        Connection connection = store.connect()) {
      for (String stream : STREAMS) {
        tables.put(stream, rows(connection, "SELECT * FROM " + stream));
      }
      for (String refused : List.of("late", "rejected", "duplicates")) {
        // Offsets differ, as the ends of transactions take some.
        tables.put(
            refused,
            rows(
                connection,
                "SELECT topic, \"partition\", reason, hex(value) FROM store.system." + refused));
      }
      tables.put(
          "sources",
          rows(
              connection,
              "SELECT source, \"rows\", late, rejected, duplicates, ended FROM store.system.sources"));
      tables.put("stopped", rows(connection, "SELECT stream, stopped FROM store.system.streams"));
    }
    return tables;
  }

  /** All tables that sinks have filled. */
  Map<String, List<List<Object>>> delivered() throws SQLException {
    DataFolder data = DataFolder.open(folder);
    PostgresSystem postgres =
        new PostgresSystem("postgres", "ads", data.resolve("postgres"), new Ports(data));
    Map<String, Object> address = postgres.start();
    Map<String, List<List<Object>>> tables = new LinkedHashMap<>();
    try (Connection connection =
        DriverManager.getConnection(
            String.valueOf(address.get("url")),
            String.valueOf(address.get("user")),
            String.valueOf(address.get("password")))) {
      for (String table : TARGETS) {
        tables.put(table, rows(connection, "SELECT * FROM ads." + table));
      }
    } finally {
      postgres.stop();
    }
    return tables;
  }

  /** Rows with their columns in the order of names: a column that came later stands at the end. */
  private static List<List<Object>> rows(Connection connection, String sql) throws SQLException {
    List<List<Object>> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      Map<String, Integer> columns = new TreeMap<>();
      for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
        columns.put(result.getMetaData().getColumnLabel(i), i);
      }
      while (result.next()) {
        List<Object> row = new ArrayList<>();
        for (int i : columns.values()) {
          Object value = result.getObject(i);
          row.add(value instanceof Double ? value : String.valueOf(result.getString(i)));
        }
        rows.add(row);
      }
    }
    rows.sort(Comparator.comparing(AdsRun::exact).thenComparing(List::toString));
    return rows;
  }

  /** The cells of a row that are not doubles: these differ in their last digits from run to run. */
  private static String exact(List<Object> row) {
    return row.stream().filter(cell -> !(cell instanceof Double)).toList().toString();
  }

  /** Compares tables, saying which rows differ rather than printing all. */
  static void assertSame(
      Map<String, List<List<Object>>> actual, Map<String, List<List<Object>>> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (table, rows) -> {
          List<List<Object>> found = actual.getOrDefault(table, List.of());
          assertThat(difference(found, rows)).as("%s: found too much", table).isEmpty();
          assertThat(difference(rows, found)).as("%s: missing", table).isEmpty();
          for (int i = 0; i < rows.size(); i++) {
            assertClose(table, found.get(i), rows.get(i));
          }
        });
  }

  /** Each row of a table is in another one, which has no row twice; doubles aside. */
  static void assertContained(String table, List<List<Object>> rows, List<List<Object>> others) {
    assertThat(difference(rows, others)).as("%s: missing", table).isEmpty();
    List<List<Object>> once = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    others.stream().filter(row -> seen.add(exact(row))).forEach(once::add);
    assertThat(difference(others, once)).as("%s: twice", table).isEmpty();
  }

  /** The first rows that {@code rows} has more often than {@code others}, doubles aside. */
  private static List<List<Object>> difference(List<List<Object>> rows, List<List<Object>> others) {
    Map<String, Integer> left = new HashMap<>();
    others.forEach(row -> left.merge(exact(row), 1, Integer::sum));
    return rows.stream()
        .filter(row -> left.merge(exact(row), -1, Integer::sum) < 0)
        .limit(5)
        .toList();
  }

  private static void assertClose(String table, List<Object> actual, List<Object> expected) {
    for (int i = 0; i < expected.size(); i++) {
      if (expected.get(i) instanceof Double wanted && actual.get(i) instanceof Double found) {
        assertThat(found)
            .as("%s: found %s, expected %s", table, actual, expected)
            .isCloseTo(wanted, within(1e-9 * Math.max(1, Math.abs(wanted))));
      }
    }
  }
}
