package dev.millrace.benchmarks;

import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/**
 * DuckDB over all records at once: first each step into a table of its own (where the time goes),
 * then the whole as one statement (the limit). Arguments: the broker's address, the result's file.
 */
final class Limit {
  // The fastest of DuckDB's ways to keep one row for each key.
  private static final String CLEAN_IMPRESSIONS =
      """
      SELECT impression_id, campaign_id, user_id, cost, shown_at FROM (SELECT unnest(e) FROM impressions)
      WHERE impression_id IS NOT NULL AND campaign_id > 0 AND cost >= 0 AND shown_at IS NOT NULL
      QUALIFY row_number() OVER (PARTITION BY impression_id) = 1
      """;
  private static final String FLAT_IMPRESSIONS =
      """
      SELECT {impression_id: impression_id, campaign_id: campaign_id, user_id: user_id,
        cost: (cost / 1000000)::DECIMAL(10,6), shown_at: make_timestamptz(shown_at)} AS e
      FROM flat_impressions() WHERE rest IS NULL
      """;
  private static final String CLEAN_CLICKS =
      """
      SELECT click_id, impression_id, clicked_at FROM (SELECT unnest(e) FROM clicks)
      WHERE click_id IS NOT NULL AND impression_id IS NOT NULL AND clicked_at IS NOT NULL
      QUALIFY row_number() OVER (PARTITION BY click_id) = 1
      """;
  private static final String ATTRIBUTED =
      """
      SELECT i.campaign_id, i.user_id, i.cost, i.shown_at, c.click_id
      FROM clean_impressions i LEFT JOIN clean_clicks c
        ON c.impression_id = i.impression_id
        AND c.clicked_at BETWEEN i.shown_at AND i.shown_at + INTERVAL 10 MINUTES
      """;
  private static final String MINUTES =
      """
      SELECT campaign_id, epoch(time_bucket(INTERVAL 1 MINUTE, shown_at))::BIGINT AS minute,
        count(*) AS impressions, count(click_id) AS clicks, sum(cost) AS cost,
        max(cost) AS highest_cost, avg(cost) AS average_cost, count(DISTINCT user_id) AS users
      FROM attributed GROUP BY ALL
      """;

  private Limit() {}

  /** Measures. */
  public static void main(String[] args) throws Exception {
    long reading = System.nanoTime();
    TopicRecords impressions =
        TopicRecords.read(args[0], AdTraffic.IMPRESSIONS, AdTraffic.PARTITIONS);
    TopicRecords clicks = TopicRecords.read(args[0], AdTraffic.CLICKS, AdTraffic.PARTITIONS);
    double read = seconds(reading);
    detail("read from Kafka into memory", read);
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET threads = 2");
      statement.execute("SET TimeZone = 'UTC'");
      statement.execute("SET preserve_insertion_order = false");
      impressions.register(connection, "impression_records");
      clicks.register(connection, "click_records");
      steps(statement);
      long started = System.currentTimeMillis();
      long cpu = cpu();
      statement.execute("CREATE TABLE result AS " + whole(impressions()));
      long finished = System.currentTimeMillis();
      double used = (cpu() - cpu) / 1e9;
      System.out.printf(Locale.ROOT, "@cpu-seconds %.3f%n", used);
      System.out.printf(Locale.ROOT, "@whole-seconds %.3f%n", read + (finished - started) / 1e3);
      FlatJson.register(connection, impressions, "flat_impressions");
      long flat = System.nanoTime();
      statement.execute("CREATE TABLE flat_result AS " + whole(FLAT_IMPRESSIONS));
      detail("the same statement with impressions decoded in Java", seconds(flat));
      System.out.println("@started " + started);
      statement.execute("COPY (FROM result) TO '" + args[1] + "' (FORMAT csv, HEADER false)");
      System.out.println("@finished " + finished);
    }
  }

  private static String impressions() {
    return decoded("impression_records", impressionType());
  }

  private static String whole(String impressions) {
    return "WITH impressions AS MATERIALIZED ("
        + impressions
        + "), clicks AS MATERIALIZED ("
        + decoded("click_records", clickType())
        + "), clean_impressions AS ("
        + CLEAN_IMPRESSIONS
        + "), clean_clicks AS ("
        + CLEAN_CLICKS
        + "), attributed AS ("
        + ATTRIBUTED
        + ") "
        + MINUTES;
  }

  private static void steps(Statement statement) throws SQLException {
    step(statement, "hand over the bytes", "SELECT count(strlen(value)) FROM impression_records()");
    step(statement, "impressions", impressions());
    step(statement, "clicks", decoded("click_records", clickType()));
    step(statement, "clean_impressions", CLEAN_IMPRESSIONS);
    step(statement, "clean_clicks", CLEAN_CLICKS);
    step(statement, "attributed", ATTRIBUTED);
    step(statement, "minutes", MINUTES);
    for (String table :
        new String[] {"impressions", "clicks", "clean_impressions", "clean_clicks", "attributed"}) {
      statement.execute("DROP TABLE " + table);
    }
  }

  private static void step(Statement statement, String name, String select) throws SQLException {
    long start = System.nanoTime();
    long cpu = cpu();
    statement.execute("CREATE TEMP TABLE \"" + name + "\" AS " + select);
    detail(name + " alone", seconds(start));
    detail(name + " alone, CPU", (cpu() - cpu) / 1e9);
  }

  private static String decoded(String records, String type) {
    // TRY_CAST through JSON is DuckDB's fastest way here that survives malformed rows: TRY(...)
    // around a function that fails evaluates the whole vector again, row by row.
    return "SELECT TRY_CAST(TRY_CAST(value AS JSON) AS " + type + ") AS e FROM " + records + "()";
  }

  private static String impressionType() {
    return "STRUCT(impression_id VARCHAR, campaign_id INTEGER, user_id VARCHAR, country VARCHAR,"
        + " device VARCHAR, cost DECIMAL(10,6), shown_at TIMESTAMPTZ)";
  }

  private static String clickType() {
    return "STRUCT(click_id VARCHAR, impression_id VARCHAR, clicked_at TIMESTAMPTZ)";
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void detail(String name, double seconds) {
    System.out.println("@detail " + name + "=" + String.format(Locale.ROOT, "%.2f s", seconds));
  }
}
