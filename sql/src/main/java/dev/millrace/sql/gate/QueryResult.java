package dev.millrace.sql.gate;

import dev.millrace.api.type.Schema;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a query.
 *
 * @param schema its columns; a type that Millrace does not know is shown as VARCHAR
 * @param rows each as long as the schema, with the Java classes of {@link
 *     dev.millrace.api.type.DataType.Kind}
 * @param truncated true if there are more rows than the limits let through
 * @param millis how long it took, reading included
 */
public record QueryResult(
    Schema schema, List<List<@Nullable Object>> rows, boolean truncated, long millis) {
  /** Wraps the rows so that they cannot be changed through this record. */
  public QueryResult {
    rows = Collections.unmodifiableList(rows);
  }
}
