package dev.millrace.testing;

import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds a batch row by row. */
public final class Batches {
  private final Schema schema;
  private final List<Byte> weights = new ArrayList<>();
  private final List<@Nullable Object[]> rows = new ArrayList<>();

  /** An empty batch of these columns. */
  public Batches(Schema schema) {
    this.schema = schema;
  }

  /** Adds a row that appears. */
  public Batches put(@Nullable Object... row) {
    return add(1, row);
  }

  /** Adds a row that is taken back. */
  public Batches take(@Nullable Object... row) {
    return add(-1, row);
  }

  private Batches add(int weight, @Nullable Object[] row) {
    if (row.length != schema.columns().size()) {
      throw new IllegalArgumentException(row.length + " values for " + schema.names());
    }
    weights.add((byte) weight);
    rows.add(row.clone());
    return this;
  }

  /** The batch of the rows added so far. */
  public Batch build() {
    byte[] weightArray = new byte[weights.size()];
    for (int row = 0; row < weightArray.length; row++) {
      weightArray[row] = weights.get(row);
    }
    List<@Nullable Object[]> columns = new ArrayList<>();
    for (int column = 0; column < schema.columns().size(); column++) {
      @Nullable Object[] values = new @Nullable Object[rows.size()];
      for (int row = 0; row < values.length; row++) {
        values[row] = rows.get(row)[column];
      }
      columns.add(values);
    }
    return new Batch(schema, weightArray, columns);
  }
}
