package dev.millrace.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * DuckDB over all records at once, from JSON in memory to a table, one statement a query.
 * Arguments: the broker's address, the folder of Millrace's sources, and the queries. Prints the
 * marks {@code <query>.seconds}, {@code .cpu}, {@code .rows} and {@code .sums}.
 */
final class NexmarkLimit {
  private static final Map<String, String> TYPES =
      Map.of(
          "person",
          "id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR,"
              + " state VARCHAR, dateTime TIMESTAMPTZ, extra VARCHAR",
          "auction",
          "id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT,"
              + " dateTime TIMESTAMPTZ, expires TIMESTAMPTZ, seller BIGINT, category BIGINT,"
              + " extra VARCHAR",
          "bid",
          "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR,"
              + " dateTime TIMESTAMPTZ, extra VARCHAR");

  private NexmarkLimit() {}

  /** Measures. */
  public static void main(String[] args) throws Exception {
    Workplace place = new Workplace(Path.of(args[1]));
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET threads = 2");
      statement.execute("SET TimeZone = 'UTC'");
      statement.execute("SET preserve_insertion_order = false");
      List<NexmarkQuery> queries = new ArrayList<>();
      Set<String> streams = new TreeSet<>();
      for (String name : List.of(args).subList(2, args.length)) {
        NexmarkQuery query = NexmarkQuery.of(place, name);
        queries.add(query);
        streams.addAll(query.streams());
      }
      for (String stream : streams) {
        TopicRecords.read(args[0], NexmarkTopics.topic(stream), NexmarkTopics.PARTITIONS)
            .register(connection, stream + "_records");
      }
      for (NexmarkQuery query : queries) {
        measure(statement, query);
      }
    }
    System.out.println("@finished " + System.currentTimeMillis());
  }

  private static void measure(Statement statement, NexmarkQuery query) throws Exception {
    StringBuilder sql = new StringBuilder("CREATE OR REPLACE TABLE result AS WITH ");
    for (String stream : query.streams()) {
      sql.append(sql.charAt(sql.length() - 1) == ')' ? ", " : "").append(decoded(stream));
    }
    sql.append(" SELECT * FROM (").append(query.duckDb()).append("\n)");
    long start = System.nanoTime();
    long cpu = cpu();
    statement.execute(sql.toString());
    String name = "@" + query.name();
    System.out.printf(Locale.ROOT, "%s.seconds %.3f%n", name, (System.nanoTime() - start) / 1e9);
    System.out.printf(Locale.ROOT, "%s.cpu %.3f%n", name, (cpu() - cpu) / 1e9);
    System.out.println(name + ".sums " + String.join(",", sums(statement)));
    System.out.println(name + ".rows " + value(statement, "SELECT count(*) FROM result"));
  }

  private static String decoded(String stream) {
    return stream
        + " AS MATERIALIZED (SELECT unnest(TRY_CAST(TRY_CAST(value AS JSON) AS STRUCT("
        + TYPES.getOrDefault(stream, "")
        + "))) FROM "
        + stream
        + "_records())";
  }

  private static List<String> sums(Statement statement) throws SQLException {
    List<String> columns = new ArrayList<>();
    try (ResultSet described = statement.executeQuery("DESCRIBE result")) {
      while (described.next()) {
        if (described.getString("column_type").equals("BIGINT")) {
          columns.add(described.getString("column_name"));
        }
      }
    }
    List<String> sums = new ArrayList<>();
    for (String column : columns) {
      String sum = "SELECT coalesce(sum(\"" + column + "\"), 0)::BIGINT FROM result";
      sums.add(column + "=" + value(statement, sum));
    }
    return sums;
  }

  private static long value(Statement statement, String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
