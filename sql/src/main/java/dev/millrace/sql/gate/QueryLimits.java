package dev.millrace.sql.gate;

import java.time.Duration;

/**
 * How much one query may take.
 *
 * @param rows after so many rows the result is truncated
 * @param bytes after about so many bytes of values the result is truncated
 * @param time after this the query is cancelled; DuckDB looks between blocks of 2048 rows
 */
public record QueryLimits(int rows, long bytes, Duration time) {
  /** For people at a console: 10,000 rows, 32 MB, 30 seconds. */
  public static final QueryLimits CONSOLE =
      new QueryLimits(10_000, 32L << 20, Duration.ofSeconds(30));

  /** For panels, which are asked again and again: 5,000 rows, 8 MB, 10 seconds. */
  public static final QueryLimits PANEL = new QueryLimits(5_000, 8L << 20, Duration.ofSeconds(10));
}
