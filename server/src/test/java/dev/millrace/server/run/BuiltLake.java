package dev.millrace.server.run;

import dev.millrace.api.table.TableStore;
import dev.millrace.dbt.command.DbtCommands;
import dev.millrace.dbt.command.DbtRequest;
import dev.millrace.dbt.command.DbtRequest.NodeSelection;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.HdfsSystem;
import dev.millrace.embedded.LakeSystem;
import dev.millrace.embedded.Ports;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.lake.LakeConnector;
import dev.millrace.testing.OptionValues;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** A project with an embedded lake, which tests write and build. */
final class BuiltLake {
  private final Path folder;
  private final Optional<HdfsSystem> hdfs;
  private String output = "";

  /** With the lake on the disk. */
  BuiltLake(Path folder) throws IOException {
    this(folder, false);
  }

  private BuiltLake(Path folder, boolean inHdfs) throws IOException {
    this.folder = folder;
    DataFolder data = DataFolder.open(folder);
    this.hdfs =
        inHdfs
            ? Optional.of(new HdfsSystem("hdfs", data.resolve("hdfs"), new Ports(data)))
            : Optional.empty();
    write(
        "millrace.yml",
        """
        name: shop
        targets:
          dev:
            kafka: embedded
            lake: embedded
            %s
          bare:
            kafka: embedded
        """
            .formatted(inHdfs ? "hdfs: embedded" : ""));
  }

  /** With the lake in embedded HDFS, which runs while there is a build. */
  static BuiltLake inHdfs(Path folder) throws IOException {
    return new BuiltLake(folder, true);
  }

  /** The HDFS, which whoever asks may start while nothing else of the project runs. */
  HdfsSystem hdfs() {
    return hdfs.orElseThrow();
  }

  BuiltLake write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return this;
  }

  /** A model that is a table of the lake. */
  BuiltLake model(String name, String config, String query) throws IOException {
    return write(
        "models/" + name + ".sql",
        "{{ config(file_format='parquet', " + config + ") }}\n" + query + "\n");
  }

  Path folder() {
    return folder;
  }

  /** Builds in a process of its own, as it were; true if all is well. */
  boolean build(String... words) {
    StringWriter out = new StringWriter();
    try (BuildStore store = new BuildStore(folder, OptionalLong.of(256L << 20))) {
      return command(out, List.of(words)).run(store::adapter);
    } finally {
      output = out.toString();
    }
  }

  DbtCommands command(StringWriter out, List<String> words) {
    DbtRequest request =
        new DbtRequest(
            "build",
            folder,
            folder,
            value(words, "--target"),
            Optional.empty(),
            Optional.empty(),
            value(words, "--vars").stream().toList(),
            new NodeSelection(
                value(words, "--select").stream().toList(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty()),
            Optional.empty(),
            false,
            false,
            false,
            Optional.of(1),
            words.contains("--full-refresh"),
            false,
            words.contains("--store-failures"),
            words.contains("--empty"),
            Optional.empty(),
            value(words, "--event-time-start"),
            value(words, "--event-time-end"),
            Optional.empty(),
            "selector",
            false,
            false);
    return new DbtCommands(request, Map.of(), new PrintWriter(out));
  }

  private static Optional<String> value(List<String> words, String option) {
    int at = words.indexOf(option);
    return at < 0 ? Optional.empty() : Optional.of(words.get(at + 1));
  }

  String output() {
    return output;
  }

  /** Rows of a query over the store, as it is on the disk. */
  List<List<String>> rows(String sql) throws SQLException {
    try (Store store =
            Store.open(
                new StoreOptions(
                    DataFolder.open(folder).resolve("store"), ZoneOffset.UTC, 256L << 20, 1));
        Connection connection = store.connect()) {
      return rows(connection, sql);
    }
  }

  static List<List<String>> rows(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<List<String>> rows = new ArrayList<>();
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          values.add(String.valueOf(row.getObject(i)));
        }
        rows.add(values);
      }
      return rows;
    }
  }

  /** The lake as others see it; with its HDFS running, if it has one. */
  TableStore lake() {
    Map<String, String> options = new LinkedHashMap<>();
    new LakeSystem(
            "lake",
            "shop",
            DataFolder.open(folder).resolve("lake"),
            hdfs.map(system -> system::options))
        .start()
        .forEach((name, value) -> options.put(name, text(value)));
    LakeConnector connector = new LakeConnector();
    return connector.openStore(OptionValues.of(connector.systemOptions(), options));
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }
}
