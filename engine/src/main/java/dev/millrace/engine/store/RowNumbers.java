package dev.millrace.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.duckdb.DuckDBWritableVector;

/**
 * The table function {@code millrace_numbers(handle)}: numbers that Java hands to a statement, as
 * column {@code n}. DuckDB keeps functions for the whole process, so there is one for all stores,
 * and a handle names the array.
 */
public final class RowNumbers {
  private static final Map<Long, Numbers> OPEN = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT = new AtomicLong();

  private RowNumbers() {}

  private record Numbers(long[] values, int size) {}

  /** What {@code body} does with the SQL text of the relation. */
  @FunctionalInterface
  public interface Body {
    /** Runs statements that read {@code relation}. */
    void run(String relation) throws SQLException;
  }

  /**
   * Runs {@code body} while {@code relation} yields the first {@code size} numbers, each as {@code
   * n} BIGINT.
   */
  public static void with(long[] values, int size, Body body) throws SQLException {
    long handle = NEXT.incrementAndGet();
    OPEN.put(handle, new Numbers(values, size));
    try {
      body.run("millrace_numbers(" + handle + ")");
    } finally {
      OPEN.remove(handle);
    }
  }

  static void register(Connection connection) throws SQLException {
    DuckDBFunctions.tableFunction()
        .withName("millrace_numbers")
        .withParameter(DuckDBColumnType.BIGINT)
        .withFunction(new Function())
        .register(connection);
  }

  private static final class Function implements DuckDBTableFunction<Numbers, AtomicLong, Object> {
    @Override
    public Numbers bind(DuckDBTableFunctionBindInfo info) throws Exception {
      Numbers numbers = OPEN.get(info.getParameter(0).getLong());
      if (numbers == null) {
        throw new IllegalStateException("millrace_numbers is for Millrace's own statements");
      }
      info.addResultColumn("n", DuckDBColumnType.BIGINT);
      info.setCardinality(numbers.size, true);
      return numbers;
    }

    @Override
    public AtomicLong init(DuckDBTableFunctionInitInfo info) {
      info.setMaxThreads(1);
      return new AtomicLong();
    }

    @Override
    public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter out) {
      Numbers numbers = info.getBindData();
      AtomicLong position = info.getInitData();
      int from = (int) Math.min(numbers.size, position.getAndAdd(out.capacity()));
      int count = (int) Math.min(out.capacity(), numbers.size - from);
      DuckDBWritableVector vector = out.vector(0);
      for (int i = 0; i < count; i++) {
        vector.setLong(i, numbers.values[from + i]);
      }
      return count;
    }
  }
}
