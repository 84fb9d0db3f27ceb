package dev.millrace.benchmarks.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.TableDescriptor;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * One Nexmark query in Flink SQL on a MiniCluster, over all that the topics hold. Arguments: the
 * broker's address, the file with the query, an empty folder for what it writes, and options of
 * Flink as {@code key=value}. Its rows are counted and dropped, but for q10, which is about writing
 * them. Prints the marks {@code started}, {@code finished}, {@code rows} and, where rows are never
 * taken back, {@code sum} of each column of whole numbers.
 */
public final class FlinkNexmark {
  private static final Map<String, String> COLUMNS =
      Map.of(
          "person",
          "id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING,"
              + " state STRING, `dateTime` TIMESTAMP_LTZ(3), extra STRING",
          "auction",
          "id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT,"
              + " `dateTime` TIMESTAMP_LTZ(3), expires TIMESTAMP_LTZ(3), seller BIGINT,"
              + " category BIGINT, extra STRING",
          "bid",
          "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,"
              + " `dateTime` TIMESTAMP_LTZ(3), extra STRING");

  private FlinkNexmark() {}

  /** Runs the query to the end of the topics. */
  public static void main(String[] args) throws Exception {
    Configuration options = new Configuration();
    Map.of(
            "parallelism.default", "2",
            "pipeline.object-reuse", "true",
            "state.backend.type", "hashmap",
            "table.local-time-zone", "UTC",
            "restart-strategy.type", "none")
        .forEach(options::setString);
    for (String option : List.of(args).subList(3, args.length)) {
      int equals = option.indexOf('=');
      options.setString(option.substring(0, equals), option.substring(equals + 1));
    }
    StreamTableEnvironment tables =
        StreamTableEnvironment.create(StreamExecutionEnvironment.getExecutionEnvironment(options));
    COLUMNS.forEach((name, columns) -> tables.executeSql(source(name, columns, args[0])));
    tables.executeSql(
        "CREATE TABLE side_input (key BIGINT, `value` STRING) WITH ('connector' = 'side-input')");
    tables.createTemporarySystemFunction("count_char", CountChar.class);
    Path file = Path.of(args[1]);
    boolean logs = file.endsWith("q10.sql");
    Table query = tables.sqlQuery(Files.readString(file));
    TableResult result =
        query
            .insertInto(logs ? log(args[2]) : TableDescriptor.forConnector("counting").build())
            .execute();
    // Planned, and the cluster runs: from here on it is the job's own time.
    System.out.println("@started " + System.currentTimeMillis());
    result.await();
    System.out.println("@finished " + System.currentTimeMillis());
    if (logs) {
      System.out.println("@rows " + lines(Path.of(args[2])));
    } else {
      CountingSink.print();
    }
  }

  private static TableDescriptor log(String folder) {
    return TableDescriptor.forConnector("filesystem")
        .format("csv")
        .option("path", Path.of(folder).toUri().toString())
        .partitionedBy("dt", "hm")
        .build();
  }

  private static long lines(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    long lines = 0;
    for (Path file : files) {
      try (Stream<String> each = Files.lines(file)) {
        lines += each.count();
      }
    }
    return lines;
  }

  private static String source(String name, String columns, String servers) {
    return """
    CREATE TABLE %s (
      %s,
      WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
    ) WITH (
      'connector' = 'kafka', 'topic' = 'nexmark.%s', 'properties.bootstrap.servers' = '%s',
      'properties.max.partition.fetch.bytes' = '8388608', 'properties.max.poll.records' = '5000',
      'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
      'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601')
    """
        .formatted(name, columns, name, servers);
  }
}
