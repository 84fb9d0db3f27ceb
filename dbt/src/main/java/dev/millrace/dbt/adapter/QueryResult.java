package dev.millrace.dbt.adapter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a statement returned.
 *
 * @param columns in order; empty for a statement without rows
 * @param rows each with a value for each column: null, Boolean, Long, BigInteger, Double,
 *     BigDecimal, String, LocalDate, LocalTime, LocalDateTime, OffsetDateTime, Duration, byte[],
 *     List or Map
 * @param affected how many rows were written, -1 if that is not known
 */
public record QueryResult(
    List<ColumnInfo> columns, List<List<@Nullable Object>> rows, long affected) {
  /** Copies the lists. */
  public QueryResult {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }
}
