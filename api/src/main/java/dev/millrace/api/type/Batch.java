package dev.millrace.api.type;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows in columns, each row with a weight: +1 for a row that appears, -1 for a row that is taken
 * back. An update is the old row with -1 and the new row with +1, in that order.
 *
 * @param schema the columns
 * @param weights one for each row, +1 or -1
 * @param columns one array for each column of the schema, each as long as {@code weights}; the Java
 *     classes are those of {@link DataType.Kind}, {@code BigDecimal} for decimals, {@code String}
 *     for enumerations, {@code List} for lists, {@code Map} in field order for structs and for
 *     maps. The arrays are not copied and must not change.
 */
@SuppressWarnings("ArrayRecordComponent")
public record Batch(Schema schema, byte[] weights, List<@Nullable Object[]> columns) {
  /** Copies the list of columns, not the arrays. */
  public Batch {
    columns = List.copyOf(columns);
  }

  /** How many rows there are. */
  public int size() {
    return weights.length;
  }

  /** One value; null is SQL's NULL. */
  public @Nullable Object value(int row, int column) {
    return columns.get(column)[row];
  }
}
