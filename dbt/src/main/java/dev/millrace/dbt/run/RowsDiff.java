package dev.millrace.dbt.run;

import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.adapter.QueryResult;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the rows of a unit test differ from those expected; their order does not count. */
final class RowsDiff {
  private static final String MARK = "actual_or_expected";

  private RowsDiff() {}

  /**
   * Compares.
   *
   * @param both rows with a column that says which of both they are
   * @return rows that are missing or not expected, with a first column that says so; empty if there
   *     are none
   */
  static Optional<QueryResult> of(QueryResult both) {
    int mark = -1;
    for (int i = 0; i < both.columns().size(); i++) {
      if (both.columns().get(i).name().equalsIgnoreCase(MARK)) {
        mark = i;
      }
    }
    if (mark < 0) {
      throw new IllegalArgumentException("the unit test's query has no column " + MARK);
    }
    Map<List<@Nullable Object>, Integer> counts = new LinkedHashMap<>();
    Map<List<@Nullable Object>, List<@Nullable Object>> shown = new LinkedHashMap<>();
    for (List<@Nullable Object> row : both.rows()) {
      List<@Nullable Object> values = new ArrayList<>(row);
      boolean actual = "actual".equals(values.remove(mark));
      List<@Nullable Object> key = values.stream().map(RowsDiff::comparable).toList();
      counts.merge(key, actual ? 1 : -1, Integer::sum);
      shown.putIfAbsent(key, values);
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    counts.forEach(
        (key, count) -> {
          for (int i = 0; i < Math.abs(count); i++) {
            List<@Nullable Object> row = new ArrayList<>();
            row.add(count > 0 ? "not expected" : "missing");
            row.addAll(shown.getOrDefault(key, List.of()));
            rows.add(row);
          }
        });
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    List<ColumnInfo> columns = new ArrayList<>(both.columns());
    columns.remove(mark);
    columns.add(0, new ColumnInfo("difference", "VARCHAR"));
    return Optional.of(new QueryResult(columns, rows, -1));
  }

  /** Numbers are equal if their values are. */
  private static @Nullable Object comparable(@Nullable Object value) {
    return value instanceof BigDecimal number && number.signum() == 0
        ? BigDecimal.ZERO
        : value instanceof BigDecimal number ? number.stripTrailingZeros() : value;
  }
}
