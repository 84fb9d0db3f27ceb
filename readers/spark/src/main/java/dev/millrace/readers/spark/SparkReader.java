package dev.millrace.readers.spark;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/**
 * Reads tables of a lake as any user of Spark does, by the catalog alone, and writes what it has
 * found to Parquet files, which a test compares with what Millrace has.
 */
public final class SparkReader {
  private SparkReader() {}

  /**
   * Reads tables, and folders of plain Parquet.
   *
   * @param arguments the catalog's address, the warehouse, the folder for what is found; then pairs
   *     of a name there and a query, in which {@code millrace.<schema>.<table>} is a table of the
   *     lake, or of {@code parquet:<folder>}
   */
  public static void main(String[] arguments) throws Exception {
    String lake = "spark.sql.catalog.millrace";
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", 2)
            .config(lake, "org.apache.iceberg.spark.SparkCatalog")
            .config(lake + ".type", "jdbc")
            .config(lake + ".uri", arguments[0])
            .config(lake + ".warehouse", arguments[1])
            .getOrCreate()) {
      for (int i = 3; i < arguments.length; i += 2) {
        String query = arguments[i + 1];
        Dataset<Row> rows =
            query.startsWith("parquet:")
                ? spark.read().parquet(query.substring("parquet:".length()))
                : spark.sql(query);
        rows.write().mode(SaveMode.Overwrite).parquet(arguments[2] + "/" + arguments[i]);
      }
    }
  }
}
