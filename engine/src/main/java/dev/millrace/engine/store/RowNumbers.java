package dev.millrace.engine.store;

import java.sql.SQLException;
import java.util.List;
import org.duckdb.DuckDBWritableVector;

/** Numbers of rows that Java hands to one statement, as a relation with the column {@code c0}. */
public final class RowNumbers {
  private RowNumbers() {}

  /** What {@code body} does with the SQL text of the relation. */
  @FunctionalInterface
  public interface Body {
    /** Runs statements that read {@code relation}. */
    void run(String relation) throws SQLException;
  }

  private record Numbers(long[] values, int size) implements Rows {
    @Override
    public void fill(int column, int from, int count, DuckDBWritableVector vector) {
      for (int i = 0; i < count; i++) {
        vector.setLong(i, values[from + i]);
      }
    }
  }

  private record Once(Numbers numbers) implements RowFunction.Provider {
    @Override
    public List<Wire.Kind> columns() {
      return List.of(Wire.Kind.LONG);
    }

    @Override
    public long expected() {
      return numbers.size();
    }

    @Override
    public Rows open() {
      return numbers;
    }
  }

  /** Runs {@code body} while {@code relation} yields the first {@code size} numbers. */
  public static void with(long[] values, int size, Body body) throws SQLException {
    long handle = RowFunction.add(new Once(new Numbers(values, size)));
    try {
      body.run(RowFunction.sql(handle));
    } finally {
      RowFunction.remove(handle);
    }
  }
}
