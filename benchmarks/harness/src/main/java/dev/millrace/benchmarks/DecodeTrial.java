package dev.millrace.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which of DuckDB's ways to decode JSON is fastest: each over all records in memory, into a table.
 * Argument: the broker's address. Prints one line a way: seconds, nanoseconds a record on two
 * threads, and how many rows it made.
 */
final class DecodeTrial {
  private static final String STRUCT =
      "{\"impression_id\":\"VARCHAR\",\"campaign_id\":\"INTEGER\",\"user_id\":\"VARCHAR\","
          + "\"country\":\"VARCHAR\",\"device\":\"VARCHAR\",\"cost\":\"DECIMAL(10,6)\","
          + "\"shown_at\":\"TIMESTAMPTZ\"}";
  private static final String TEXTS =
      "{\"impression_id\":\"VARCHAR\",\"campaign_id\":\"VARCHAR\",\"user_id\":\"VARCHAR\","
          + "\"country\":\"VARCHAR\",\"device\":\"VARCHAR\",\"cost\":\"VARCHAR\","
          + "\"shown_at\":\"VARCHAR\"}";
  private static final String FIELDS =
      "impression_id VARCHAR, campaign_id INTEGER, user_id VARCHAR, country VARCHAR, device VARCHAR,"
          + " cost DECIMAL(10,6), shown_at TIMESTAMPTZ";

  private DecodeTrial() {}

  /** Runs the trial. */
  public static void main(String[] args) throws Exception {
    TopicRecords records = TopicRecords.read(args[0], AdTraffic.IMPRESSIONS, AdTraffic.PARTITIONS);
    System.out.printf("%d records, %d MB%n", records.count(), records.bytes() >> 20);
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET threads = 2");
      statement.execute("SET TimeZone = 'UTC'");
      records.register(connection, "records");
      FlatJson.register(connection, records, "flat");
      for (int round = 0; round < 2; round++) {
        for (Map.Entry<String, String> way : ways().entrySet()) {
          run(statement, records.count(), way.getKey(), way.getValue());
        }
      }
    }
    System.out.println("@finished " + System.currentTimeMillis());
  }

  private static void run(Statement statement, long count, String name, String select) {
    try {
      long start = System.nanoTime();
      long cpu = cpu();
      statement.execute("CREATE OR REPLACE TEMP TABLE decoded AS " + select);
      double seconds = (System.nanoTime() - start) / 1e9;
      double used = (double) (cpu() - cpu) / count;
      long rows;
      try (ResultSet result = statement.executeQuery("SELECT count(*) FROM decoded")) {
        result.next();
        rows = result.getLong(1);
      }
      System.out.printf(
          "%-55s %6.2f s %6.0f ns of CPU a record, %d rows%n", name, seconds, used, rows);
    } catch (SQLException e) {
      System.out.println(
          name + ": " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean)
            java.lang.management.ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Each into a table of its own, malformed records as rows of nulls or not at all. */
  private static Map<String, String> ways() {
    String times = STRUCT.replace("TIMESTAMPTZ", "TIMESTAMP");
    String doubles = STRUCT.replace("DECIMAL(10,6)", "DOUBLE");
    Map<String, String> ways = new LinkedHashMap<>();
    ways.put("count the records", "SELECT count(*) FROM records()");
    ways.put("hand over the bytes", "SELECT value, place FROM records()");
    ways.put("json_valid", "SELECT count(*) FROM records() WHERE json_valid(value)");
    ways.put(
        "TRY(json_transform_strict)", decoded("TRY(json_transform_strict(value, '%s'))", STRUCT));
    ways.put("TRY(json_transform)", decoded("TRY(json_transform(value, '%s'))", STRUCT));
    String valid = "CASE WHEN json_valid(value) THEN json_transform(value, '%s') END";
    ways.put("json_transform if json_valid", decoded(valid, STRUCT));
    ways.put("the same, times as TIMESTAMP", decoded(valid, times));
    ways.put("the same, decimals as DOUBLE", decoded(valid, doubles));
    ways.put("the same, all as VARCHAR", decoded(valid, TEXTS));
    ways.put(
        "the same, unnested and filtered above it (decodes twice)",
        "SELECT unnest(e), place FROM ("
            + decoded(valid, STRUCT)
            + ") WHERE e.shown_at IS NOT NULL");
    ways.put(
        "TRY_CAST(TRY_CAST(value AS JSON) AS STRUCT)",
        decoded("TRY_CAST(TRY_CAST(value AS JSON) AS STRUCT(%s))", FIELDS));
    ways.put("json_extract_string(value, [paths]), TRY_CAST", listOfPaths());
    ways.put("value ->> path for each field, TRY_CAST", eachPath());
    ways.put("in Java, into vectors", "SELECT * FROM flat()");
    ways.put(
        "in Java, into vectors, typed",
        "SELECT impression_id, campaign_id, user_id, country, device,"
            + " (cost / 1000000)::DECIMAL(10,6) AS cost, make_timestamptz(shown_at) AS shown_at,"
            + " place FROM flat() WHERE rest IS NULL");
    return ways;
  }

  private static String decoded(String expression, String type) {
    return "SELECT " + expression.formatted(type) + " AS e, place FROM records()";
  }

  private static String listOfPaths() {
    return "SELECT * FROM (SELECT l[1] AS impression_id, TRY_CAST(l[2] AS INTEGER) AS campaign_id,"
        + " l[3] AS user_id, l[4] AS country, l[5] AS device, TRY_CAST(l[6] AS DECIMAL(10,6)) AS cost,"
        + " TRY_CAST(l[7] AS TIMESTAMPTZ) AS shown_at, place FROM (SELECT TRY(json_extract_string(value,"
        + " ['impression_id', 'campaign_id', 'user_id', 'country', 'device', 'cost', 'shown_at']))"
        + " AS l, place FROM records())) WHERE shown_at IS NOT NULL AND campaign_id IS NOT NULL";
  }

  private static String eachPath() {
    return "SELECT * FROM (SELECT TRY(value ->> 'impression_id') AS impression_id,"
        + " TRY_CAST(TRY(value ->> 'campaign_id') AS INTEGER) AS campaign_id,"
        + " TRY(value ->> 'user_id') AS user_id, TRY(value ->> 'country') AS country,"
        + " TRY(value ->> 'device') AS device, TRY_CAST(TRY(value ->> 'cost') AS DECIMAL(10,6)) AS cost,"
        + " TRY_CAST(TRY(value ->> 'shown_at') AS TIMESTAMPTZ) AS shown_at, place FROM records())"
        + " WHERE shown_at IS NOT NULL AND campaign_id IS NOT NULL";
  }
}
