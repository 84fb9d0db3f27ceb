package dev.millrace.benchmarks.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.from_json;

import java.util.Map;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.StructType;

/**
 * The ads pipeline in Spark Structured Streaming, over all that the topics hold. Arguments: the
 * broker's address, the folder for the result, a new folder for checkpoints, records a batch, and
 * options of Spark as {@code key=value}.
 */
public final class SparkAds {
  private static final String LATENESS = "2 minutes";

  private SparkAds() {}

  /** Runs the pipeline to the end of the topics. */
  public static void main(String[] args) throws Exception {
    SparkSession.Builder builder = SparkSession.builder().master("local[2]").appName("ads");
    Map<String, String> defaults =
        Map.of(
            "spark.ui.enabled", "false",
            "spark.driver.host", "127.0.0.1",
            "spark.sql.shuffle.partitions", "2",
            "spark.sql.session.timeZone", "UTC",
            "spark.sql.streaming.metricsEnabled", "false",
            "spark.sql.adaptive.enabled", "false");
    defaults.forEach(builder::config);
    for (int i = 4; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      builder.config(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    long recordsPerBatch = Long.parseLong(args[3]);
    try (SparkSession spark = builder.getOrCreate()) {
      spark.sparkContext().setLogLevel("WARN");
      Dataset<Row> minutes =
          minutes(
              impressions(spark, args[0], recordsPerBatch),
              clicks(spark, args[0], recordsPerBatch));
      System.out.println("@started " + System.currentTimeMillis());
      StreamingQuery query =
          minutes
              .writeStream()
              .outputMode("append")
              .trigger(Trigger.AvailableNow())
              .option("checkpointLocation", args[2])
              .foreachBatch(
                  (VoidFunction2<Dataset<Row>, Long>)
                      (rows, batch) -> rows.coalesce(1).write().mode("append").csv(args[1]))
              .start();
      query.awaitTermination();
      System.out.println("@finished " + System.currentTimeMillis());
      System.out.println(query.lastProgress());
    }
  }

  private static Dataset<Row> impressions(
      SparkSession spark, String servers, long recordsPerBatch) {
    return topic(
            spark,
            servers,
            "ads.impressions",
            recordsPerBatch * 9 / 10,
            "impression_id STRING, campaign_id INT, user_id STRING, country STRING,"
                + " device STRING, cost DECIMAL(10,6), shown_at TIMESTAMP")
        .withWatermark("shown_at", LATENESS)
        .filter("impression_id IS NOT NULL AND campaign_id > 0 AND cost >= 0")
        .filter("shown_at IS NOT NULL")
        .dropDuplicatesWithinWatermark(new String[] {"impression_id"})
        .select("impression_id", "campaign_id", "user_id", "cost", "shown_at");
  }

  private static Dataset<Row> clicks(SparkSession spark, String servers, long recordsPerBatch) {
    return topic(
            spark,
            servers,
            "ads.clicks",
            recordsPerBatch / 10,
            "click_id STRING, impression_id STRING, clicked_at TIMESTAMP")
        .withWatermark("clicked_at", LATENESS)
        .filter("click_id IS NOT NULL AND impression_id IS NOT NULL")
        .filter("clicked_at IS NOT NULL")
        .dropDuplicatesWithinWatermark(new String[] {"click_id"})
        .withColumnRenamed("impression_id", "clicked_impression_id");
  }

  private static Dataset<Row> minutes(Dataset<Row> impressions, Dataset<Row> clicks) {
    return impressions
        .join(
            clicks,
            expr(
                "clicked_impression_id = impression_id AND clicked_at >= shown_at"
                    + " AND clicked_at <= shown_at + INTERVAL 10 MINUTES"),
            "leftOuter")
        .groupBy(col("campaign_id"), expr("window(shown_at, '1 minute')"))
        .agg(
            expr("count(1) AS impressions"),
            expr("count(click_id) AS clicks"),
            expr("sum(cost) AS cost"),
            expr("max(cost) AS highest_cost"),
            expr("avg(CAST(cost AS DOUBLE)) AS average_cost"),
            // Spark's streams have no count(DISTINCT).
            expr("size(collect_set(user_id)) AS users"))
        .selectExpr(
            "campaign_id",
            "unix_seconds(window.start) AS minute_epoch",
            "impressions",
            "clicks",
            "cost",
            "highest_cost",
            "average_cost",
            "users");
  }

  private static Dataset<Row> topic(
      SparkSession spark, String servers, String topic, long recordsPerBatch, String columns) {
    return spark
        .readStream()
        .format("kafka")
        .option("kafka.bootstrap.servers", servers)
        .option("kafka.max.partition.fetch.bytes", "8388608")
        .option("kafka.max.poll.records", "5000")
        .option("subscribe", topic)
        .option("startingOffsets", "earliest")
        .option("maxOffsetsPerTrigger", recordsPerBatch)
        .load()
        .select(
            from_json(
                    col("value").cast("string"),
                    StructType.fromDDL(columns),
                    Map.of("mode", "PERMISSIVE"))
                .as("event"))
        .select("event.*");
  }
}
