package dev.millrace.benchmarks;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;

/** What is in the tables and views of a DuckDB database, so that two builds can be compared. */
final class DbtTables {
  private DbtTables() {}

  /** Rows and a hash of their texts in any order, by name, of the tables and views in main. */
  static Map<String, String> contents(Path database) throws SQLException {
    Properties readOnly = new Properties();
    readOnly.setProperty("duckdb.read_only", "true");
    Map<String, String> contents = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + database, readOnly);
        Statement statement = connection.createStatement()) {
      List<String> names = new ArrayList<>();
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'"
                  + " AND table_catalog = current_database()")) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
      for (String name : names) {
        try (ResultSet row =
            statement.executeQuery(
                "SELECT count(*) || ' rows, hash ' || coalesce(bit_xor(hash(t::VARCHAR)), 0) FROM \""
                    + name
                    + "\" AS t")) {
          row.next();
          contents.put(name, row.getString(1));
        }
      }
    }
    return contents;
  }

  /** Throws if two builds made other tables. */
  static void compare(Path expected, Path actual) throws SQLException {
    Map<String, String> first = contents(expected);
    Map<String, String> second = contents(actual);
    if (!first.equals(second)) {
      String different =
          first.keySet().stream()
              .filter(name -> !Objects.equals(first.get(name), second.get(name)))
              .findFirst()
              .orElse("one that is in the second alone");
      throw new IllegalStateException(
          expected + " and " + actual + " differ, first in " + different);
    }
  }
}
