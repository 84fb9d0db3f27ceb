package dev.millrace.dbt.adapter;

/**
 * What an export has done.
 *
 * @param rows in all partitions that were written
 * @param written how many partitions were put in place
 * @param removed how many went, as the table has no rows of them any more
 */
public record ExportResult(long rows, int written, int removed) {
  /** A line for people: {@code 1,234 rows in 3 partitions}. */
  @Override
  public String toString() {
    String text =
        "%,d %s in %,d %s"
            .formatted(
                rows,
                rows == 1 ? "row" : "rows",
                written,
                written == 1 ? "partition" : "partitions");
    return removed == 0 ? text : text + ", " + removed + " removed";
  }
}
