package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.connect.Connector;
import dev.millrace.api.table.TableStore;
import dev.millrace.api.table.TableStoreConnector;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.LakeSystem;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.server.run.Connectors;
import dev.millrace.testing.OptionValues;
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
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What a project that was ended has in its embedded lake, beside what its store has. */
final class LakeTables {
  private final DataFolder data;
  private final Optional<Supplier<Map<String, Object>>> hdfs;

  LakeTables(Path project) {
    this(project, Optional.empty());
  }

  /** With the lake's files in an HDFS that runs, whose options are given. */
  LakeTables(Path project, Optional<Supplier<Map<String, Object>>> hdfs) {
    this.data = DataFolder.open(project);
    this.hdfs = hdfs;
  }

  /** Compares with a stream: the same rows, each as often. Doubles to nine digits. */
  void assertEqual(String stream, String table) throws SQLException {
    try (TableStore lake = open()) {
      assertSame(stream, lake.find(table).orElseThrow().files().relation());
    }
  }

  /**
   * Compares what another engine wrote that has read a table: the same columns in their order, and
   * the same rows.
   */
  void assertRead(String stream, Path parquet) throws SQLException {
    assertSame(stream, "read_parquet('" + parquet + "/*.parquet')");
  }

  private void assertSame(String stream, String relation) throws SQLException {
    try (Store store =
            Store.open(new StoreOptions(data.resolve("store"), ZoneOffset.UTC, 256L << 20, 1));
        Connection connection = store.connect()) {
      assertThat(names(connection, relation)).as(stream).isEqualTo(names(connection, stream));
      String columns = columns(connection, stream);
      assertThat(number(connection, "SELECT count(*) FROM " + stream)).as(stream).isPositive();
      compare(
          connection,
          stream,
          "SELECT " + columns + " FROM " + stream,
          "SELECT " + columns + " FROM " + relation);
    }
  }

  private static List<String> names(Connection connection, String relation) throws SQLException {
    List<String> names = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet column = statement.executeQuery("DESCRIBE SELECT * FROM " + relation)) {
      while (column.next()) {
        names.add(column.getString(1));
      }
    }
    return names;
  }

  /** Compares a stream with the view over what the lake has of it and what it has not, if any. */
  void assertLive(String stream, String view) throws SQLException {
    try (Store store =
            Store.open(new StoreOptions(data.resolve("store"), ZoneOffset.UTC, 256L << 20, 1));
        Connection connection = store.connect()) {
      if (number(connection, "SELECT count(*) FROM duckdb_views() WHERE view_name = '" + view + "'")
          > 0) {
        String columns = columns(connection, stream);
        compare(
            connection,
            stream,
            "SELECT " + columns + " FROM " + stream,
            "SELECT " + columns + " FROM " + view);
      }
    }
  }

  private static void compare(Connection connection, String stream, String stored, String delivered)
      throws SQLException {
    assertThat(rows(connection, difference(delivered, stored)))
        .as("%s: delivered too much", stream)
        .isEmpty();
    assertThat(rows(connection, difference(stored, delivered))).as("%s: missing", stream).isEmpty();
  }

  /** The first rows of a query, as text. */
  private static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT r::VARCHAR FROM (" + sql + ") r LIMIT 3")) {
      while (row.next()) {
        rows.add(row.getString(1));
      }
    }
    return rows;
  }

  private TableStore open() {
    Map<String, String> options = new LinkedHashMap<>();
    new LakeSystem("lake", "music", data.resolve("lake"), hdfs)
        .start()
        .forEach((name, value) -> options.put(name, text(value)));
    for (Connector connector : new Connectors().all()) {
      if (connector instanceof TableStoreConnector lake) {
        return lake.openStore(OptionValues.of(lake.systemOptions(), options));
      }
    }
    throw new AssertionError("no table store on the class path");
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : String.valueOf(value);
  }

  private static String columns(Connection connection, String stream) throws SQLException {
    StringBuilder columns = new StringBuilder();
    try (Statement statement = connection.createStatement();
        ResultSet column = statement.executeQuery("DESCRIBE " + stream)) {
      while (column.next()) {
        String name = '"' + column.getString(1) + '"';
        String type = column.getString(2);
        columns.append(columns.isEmpty() ? "" : ", ");
        columns.append(
            type.equals("DOUBLE")
                ? "round(" + name + ", 9)"
                : "CAST(" + name + " AS " + type + ")");
      }
    }
    return columns.toString();
  }

  private static String difference(String more, String less) {
    return "(" + more + ") EXCEPT ALL (" + less + ")";
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
