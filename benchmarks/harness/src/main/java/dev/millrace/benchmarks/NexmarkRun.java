package dev.millrace.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of one query in one system.
 *
 * @param seconds from when the started system had the query to its complete result
 * @param wholeSeconds from the start of the process; as {@code seconds} for DuckDB
 * @param peakBytes the most resident memory of the process; 0 for DuckDB, which holds all topics
 * @param cpuSeconds processor time
 * @param rows how many rows the result has
 * @param changes how many rows came into the result and went from it; 0 where nobody counts
 * @param sums of its columns of whole numbers, by column; none where the system cannot tell
 */
record NexmarkRun(
    double seconds,
    double wholeSeconds,
    long peakBytes,
    double cpuSeconds,
    long rows,
    long changes,
    Map<String, Long> sums) {

  /** Reads {@code name=1,other=2}. */
  static Map<String, Long> sums(String text) {
    Map<String, Long> sums = new LinkedHashMap<>();
    for (String part : text.isBlank() ? new String[0] : text.split(",")) {
      String[] pair = part.split("=", 2);
      sums.put(pair[0], Long.parseLong(pair[1]));
    }
    return sums;
  }

  /** In what it differs from another run's result; empty if in nothing that is settled. */
  List<String> differences(NexmarkRun other, NexmarkQuery query) {
    List<String> differences = new ArrayList<>();
    if (rows != other.rows) {
      differences.add(rows + " rows, not " + other.rows);
    }
    sums.forEach(
        (column, sum) -> {
          long wanted = other.sums.getOrDefault(column, sum);
          if (query.isSettled(column) && wanted != sum) {
            differences.add("sum of " + column + " is " + sum + ", not " + wanted);
          }
        });
    return differences;
  }
}
