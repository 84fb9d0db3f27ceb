package dev.millrace.connect.clickhouse;

import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table that a sink writes.
 *
 * @param table as SQL
 * @param id tells the table from another one that is made later under its name
 * @param columns one for each of the stream, in its order
 * @param inputs names under which the values of {@link HiddenColumn#of} are sent; empty if the
 *     table has no such columns
 * @param version the column of an upsert's version; empty for an append
 * @param expires true if the table drops rows by itself, so that it cannot tell what was there
 * @param partition what its parts are kept by; empty if that cannot be computed here
 */
record ClickHouseTarget(
    String table,
    String id,
    List<TargetColumn> columns,
    List<String> inputs,
    String version,
    boolean expires,
    Optional<List<KeyExpression>> partition) {
  /** One insert has at most so many rows, so that the server does not part it. */
  private static final int MOST_ROWS = 1_000_000;

  /** Copies the lists. */
  ClickHouseTarget {
    columns = List.copyOf(columns);
    inputs = List.copyOf(inputs);
  }

  /**
   * A column.
   *
   * @param name as the table has it
   * @param nullable whether it can hold null
   */
  record TargetColumn(String name, boolean nullable) {}

  /** True if the table tells which chunk a row came in. */
  boolean isTracked() {
    return !inputs.isEmpty();
  }

  /** Names of all columns of an insert, as SQL. */
  List<String> insertColumns() {
    List<String> names = new ArrayList<>();
    columns.forEach(c -> names.add(Sql.name(c.name())));
    inputs.forEach(name -> names.add(Sql.name(name)));
    return names;
  }

  /**
   * Parts rows so that each part is in one partition. The same rows give the same parts, in the
   * same order.
   *
   * @return the rows' numbers
   */
  List<int[]> pieces(Schema schema, Batch batch, int from, int to) {
    Map<List<@Nullable Object>, List<Integer>> byPartition = new LinkedHashMap<>();
    List<KeyExpression> keys = partition.orElse(List.of());
    for (int row = from; row < to; row++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (KeyExpression key : keys) {
        values.add(key.value(schema, batch, row));
      }
      byPartition.computeIfAbsent(values, v -> new ArrayList<>()).add(row);
    }
    List<int[]> pieces = new ArrayList<>();
    for (List<Integer> rows : byPartition.values()) {
      for (int at = 0; at < rows.size(); at += MOST_ROWS) {
        pieces.add(
            rows.subList(at, Math.min(rows.size(), at + MOST_ROWS)).stream()
                .mapToInt(Integer::intValue)
                .toArray());
      }
    }
    return pieces;
  }
}
