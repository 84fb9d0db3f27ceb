package dev.millrace.engine.admission;

import dev.millrace.log.TopicRecords;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
 * The table function {@code millrace_records(handle)}: a batch's records as (o INTEGER, the
 * ordinal; v VARCHAR, the value). Values are handed over in vectors, 2,048 at a time, on as many
 * threads as DuckDB has. DuckDB keeps functions for the whole process, so there is one for all
 * stores, and a handle names the batch.
 */
public final class RecordFunction {
  private static final Map<Long, Open> OPEN = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT = new AtomicLong();
  private static final byte[] EMPTY = {};

  private RecordFunction() {}

  private record Open(TopicRecords records, Utf8 text) {}

  /** What is done with the SQL text of the relation. */
  @FunctionalInterface
  public interface Body {
    /** Runs statements that read {@code relation}. */
    void run(String relation) throws SQLException;
  }

  /**
   * Runs {@code body} while {@code relation} yields the records; values that are not text are empty
   * strings.
   */
  static void with(TopicRecords records, Utf8 text, Body body) throws SQLException {
    long handle = NEXT.incrementAndGet();
    OPEN.put(handle, new Open(records, text));
    try {
      body.run("millrace_records(" + handle + ")");
    } finally {
      OPEN.remove(handle);
    }
  }

  /** Registers the function with the process's DuckDB; once is enough. */
  public static void register(Connection connection) throws SQLException {
    DuckDBFunctions.tableFunction()
        .withName("millrace_records")
        .withParameter(DuckDBColumnType.BIGINT)
        .withFunction(new Function())
        .register(connection);
  }

  private static final class Function implements DuckDBTableFunction<Open, AtomicInteger, Object> {
    @Override
    public Open bind(DuckDBTableFunctionBindInfo info) throws Exception {
      Open open = OPEN.get(info.getParameter(0).getLong());
      if (open == null) {
        throw new IllegalStateException("millrace_records is for Millrace's own statements");
      }
      info.addResultColumn("o", DuckDBColumnType.INTEGER);
      info.addResultColumn("v", DuckDBColumnType.VARCHAR);
      info.setCardinality(open.records.size(), true);
      return open;
    }

    @Override
    public AtomicInteger init(DuckDBTableFunctionInitInfo info) {
      info.setMaxThreads(Runtime.getRuntime().availableProcessors());
      return new AtomicInteger();
    }

    @Override
    public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter out) {
      Open open = info.getBindData();
      AtomicInteger position = info.getInitData();
      int capacity = (int) out.capacity();
      int from = position.getAndAdd(capacity);
      int count = Math.min(capacity, open.records.size() - from);
      if (count <= 0) {
        return 0;
      }
      byte[][] values = new byte[count][];
      DuckDBWritableVector ordinals = out.vector(0);
      for (int i = 0; i < count; i++) {
        ordinals.setInt(i, from + i);
        byte[] value = open.records.values()[from + i];
        values[i] = value == null || !open.text.fits(from + i) ? EMPTY : value;
      }
      out.vector(1).setStringUtf8Batch(0, values);
      return count;
    }
  }
}
