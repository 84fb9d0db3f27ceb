package dev.millrace.benchmarks.flink;

import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * The ads pipeline in Flink SQL on a MiniCluster, over all that the topics hold, written the way
 * that is fastest in Flink: the first of each event by processing time (no retractions), an
 * interval join, and windows that are written once, when they close. Arguments: the broker's
 * address, the folder for the result, and options of Flink as {@code key=value}.
 */
public final class FlinkAds {
  private FlinkAds() {}

  /** Runs the pipeline to the end of the topics. */
  public static void main(String[] args) throws Exception {
    Configuration options = new Configuration();
    Map<String, String> defaults =
        Map.of(
            "parallelism.default", "2",
            "pipeline.object-reuse", "true",
            "state.backend.type", "hashmap",
            "table.local-time-zone", "UTC",
            "restart-strategy.type", "none");
    defaults.forEach(options::setString);
    for (int i = 2; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      options.setString(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    StreamTableEnvironment tables =
        StreamTableEnvironment.create(StreamExecutionEnvironment.getExecutionEnvironment(options));
    createTables(tables, args[0], args[1]);
    createViews(tables);
    System.out.println("@started " + System.currentTimeMillis());
    tables
        .executeSql(
            """
            INSERT INTO minutes
            SELECT campaign_id, UNIX_TIMESTAMP(CAST(window_start AS STRING)), COUNT(*), COUNT(click_id),
              SUM(cost), MAX(cost), AVG(CAST(cost AS DOUBLE)), COUNT(DISTINCT user_id)
            FROM TABLE(TUMBLE(TABLE attributed, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
            GROUP BY campaign_id, window_start, window_end
            """)
        .await();
    System.out.println("@finished " + System.currentTimeMillis());
  }

  private static void createTables(StreamTableEnvironment tables, String servers, String result) {
    tables.executeSql(
        table(
            "impressions",
            "impression_id STRING, campaign_id INT, user_id STRING, country STRING, device STRING,"
                + " cost DECIMAL(10, 6), shown_at TIMESTAMP_LTZ(3)",
            "shown_at",
            servers));
    tables.executeSql(
        table(
            "clicks",
            "click_id STRING, impression_id STRING, clicked_at TIMESTAMP_LTZ(3)",
            "clicked_at",
            servers));
    tables.executeSql(
        """
        CREATE TABLE minutes (
          campaign_id INT, minute_epoch BIGINT, impressions BIGINT, clicks BIGINT,
          cost DECIMAL(38, 6), highest_cost DECIMAL(10, 6), average_cost DOUBLE, users BIGINT
        ) WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '%s')
        """
            .formatted(result));
  }

  private static void createViews(StreamTableEnvironment tables) {
    tables.executeSql(
        """
        CREATE VIEW clean_impressions AS
        SELECT impression_id, campaign_id, user_id, cost, event_time FROM (
          SELECT *, ROW_NUMBER() OVER (PARTITION BY impression_id ORDER BY arrival ASC) AS n
          FROM impressions
          WHERE shown_at IS NOT NULL AND impression_id IS NOT NULL AND campaign_id > 0 AND cost >= 0)
        WHERE n = 1
        """);
    tables.executeSql(
        """
        CREATE VIEW clean_clicks AS
        SELECT click_id, impression_id, event_time FROM (
          SELECT *, ROW_NUMBER() OVER (PARTITION BY click_id ORDER BY arrival ASC) AS n
          FROM clicks
          WHERE clicked_at IS NOT NULL AND click_id IS NOT NULL AND impression_id IS NOT NULL)
        WHERE n = 1
        """);
    tables.executeSql(
        """
        CREATE VIEW attributed AS
        SELECT i.campaign_id, i.user_id, i.cost, i.event_time, c.click_id
        FROM clean_impressions i LEFT JOIN clean_clicks c
          ON i.impression_id = c.impression_id
          AND c.event_time BETWEEN i.event_time AND i.event_time + INTERVAL '10' MINUTE
        """);
  }

  private static String table(String name, String columns, String time, String servers) {
    // A malformed event has no time; the watermark needs one, and the view drops the row.
    return """
    CREATE TABLE %s (
      %s,
      event_time AS COALESCE(%s, TO_TIMESTAMP_LTZ(0, 3)),
      arrival AS PROCTIME(),
      WATERMARK FOR event_time AS event_time - INTERVAL '2' MINUTE
    ) WITH (
      'connector' = 'kafka', 'topic' = 'ads.%s', 'properties.bootstrap.servers' = '%s',
      'properties.max.partition.fetch.bytes' = '8388608', 'properties.max.poll.records' = '5000',
      'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
      'format' = 'json', 'json.ignore-parse-errors' = 'true',
      'json.timestamp-format.standard' = 'ISO-8601')
    """
        .formatted(name, columns, time, name, servers);
  }
}
