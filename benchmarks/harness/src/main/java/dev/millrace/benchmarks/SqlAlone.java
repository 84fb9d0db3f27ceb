package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;

/**
 * Runs SQL in DuckDB and nothing else: transactions one after the other in one session. Arguments:
 * a file of transactions, as {@link DbtSql} writes it, and the database's file.
 */
final class SqlAlone {
  private SqlAlone() {}

  /** Prints the marks {@code seconds} and {@code cpu-seconds} of the SQL alone. */
  public static void main(String[] args) throws Exception {
    JsonNode transactions = new ObjectMapper().readTree(new File(args[0]));
    try (Connection connection =
            DriverManager.getConnection("jdbc:duckdb:" + args[1], new Properties());
        Statement statement = connection.createStatement()) {
      Duration cpu = cpu();
      long begun = System.nanoTime();
      for (JsonNode transaction : transactions) {
        if (transaction.size() == 1) {
          run(statement, transaction.path(0).asText());
          continue;
        }
        statement.execute("BEGIN TRANSACTION");
        for (JsonNode sql : transaction) {
          run(statement, sql.asText());
        }
        statement.execute("COMMIT");
      }
      System.out.println("@seconds " + (System.nanoTime() - begun) / 1e9);
      System.out.println("@cpu-seconds " + cpu().minus(cpu).toNanos() / 1e9);
    }
  }

  private static void run(Statement statement, String sql) throws SQLException {
    if (statement.execute(sql)) {
      try (var rows = statement.getResultSet()) {
        while (rows.next()) {
          rows.getObject(1);
        }
      }
    }
  }

  /** Processor time of this process so far. */
  static Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
