package dev.millrace.engine.admission;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * The table function {@code millrace_rows(handle)}: rows that {@link FlatJson} decoded, as (o
 * INTEGER, the ordinal; c0, c1, ...), filled into DuckDB's vectors 2,048 at a time on as many
 * threads as DuckDB has. Types that the driver cannot fill directly come as BIGINT, and {@link
 * #select} turns them into the column's type.
 */
public final class RowFunction {
  private static final Map<Long, Open> OPEN = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT = new AtomicLong();

  private RowFunction() {}

  private record Open(
      DecodedRows rows, FlatJson.PlainType[] types, Schema schema, int[] ordinals) {}

  /** What is done with the SQL text of the relation. */
  @FunctionalInterface
  interface Body {
    void run(String relation) throws SQLException;
  }

  /**
   * Runs {@code body} while {@code relation} yields the rows with these ordinals, in no particular
   * order.
   */
  static void with(DecodedRows rows, FlatJson json, Schema schema, int[] ordinals, Body body)
      throws SQLException {
    long handle = NEXT.incrementAndGet();
    OPEN.put(handle, new Open(rows, json.types(), schema, ordinals));
    try {
      body.run("millrace_rows(" + handle + ")");
    } finally {
      OPEN.remove(handle);
    }
  }

  /** The select list that turns the function's columns into the schema's. */
  static String select(Schema schema, FlatJson.PlainType[] types) {
    return IntStream.range(0, types.length)
        .mapToObj(
            i -> {
              Column column = schema.columns().get(i);
              return convert("c" + i, column.type(), types[i])
                  + " AS "
                  + Identifier.quote(column.name());
            })
        .collect(Collectors.joining(", "));
  }

  private static String convert(String name, DataType type, FlatJson.PlainType plain) {
    return switch (plain) {
      case TEXT, DOUBLE, BOOLEAN -> name;
      case INTEGER -> name + "::" + type;
      case INSTANT -> "make_timestamptz(" + name + ")";
      case DATE -> "(DATE '1970-01-01' + " + name + "::INTEGER)";
      case DECIMAL -> decimal(name, (DataType.Decimal) type);
    };
  }

  private static String decimal(String name, DataType.Decimal type) {
    if (type.scale() == 0) {
      return name + "::" + type;
    }
    String unit = "0." + "0".repeat(type.scale() - 1) + "1";
    return "("
        + name
        + "::DECIMAL(18,0) * "
        + unit
        + "::DECIMAL("
        + (type.scale() + 1)
        + ","
        + type.scale()
        + "))::"
        + type;
  }

  /** Registers the function with the process's DuckDB; once is enough. */
  public static void register(Connection connection) throws SQLException {
    DuckDBFunctions.tableFunction()
        .withName("millrace_rows")
        .withParameter(DuckDBColumnType.BIGINT)
        .withFunction(new Function())
        .register(connection);
  }

  private static final class Function implements DuckDBTableFunction<Open, AtomicInteger, Object> {
    @Override
    public Open bind(DuckDBTableFunctionBindInfo info) throws Exception {
      Open open = OPEN.get(info.getParameter(0).getLong());
      if (open == null) {
        throw new IllegalStateException("millrace_rows is for Millrace's own statements");
      }
      info.addResultColumn("o", DuckDBColumnType.INTEGER);
      for (int i = 0; i < open.types.length; i++) {
        info.addResultColumn(
            "c" + i,
            switch (open.types[i]) {
              case TEXT -> DuckDBColumnType.VARCHAR;
              case DOUBLE -> DuckDBColumnType.DOUBLE;
              case BOOLEAN -> DuckDBColumnType.BOOLEAN;
              default -> DuckDBColumnType.BIGINT;
            });
      }
      info.setCardinality(open.ordinals.length, true);
      return open;
    }

    @Override
    public AtomicInteger init(DuckDBTableFunctionInitInfo info) {
      Open open = info.getBindData();
      info.setMaxThreads(
          open.ordinals.length > 10_000 ? Runtime.getRuntime().availableProcessors() : 1);
      return new AtomicInteger();
    }

    @Override
    public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter out) {
      Open open = info.getBindData();
      AtomicInteger position = info.getInitData();
      int capacity = (int) out.capacity();
      int from = position.getAndAdd(capacity);
      int count = Math.min(capacity, open.ordinals.length - from);
      if (count <= 0) {
        return 0;
      }
      DuckDBWritableVector ordinals = out.vector(0);
      for (int i = 0; i < count; i++) {
        ordinals.setInt(i, open.ordinals[from + i]);
      }
      for (int c = 0; c < open.types.length; c++) {
        fill(open, c, from, count, out.vector(c + 1L));
      }
      return count;
    }

    private static void fill(
        Open open, int column, int from, int count, DuckDBWritableVector vector) {
      DecodedRows rows = open.rows;
      if (open.types[column] == FlatJson.PlainType.TEXT) {
        byte[] @Nullable [] texts = new byte[count][];
        for (int i = 0; i < count; i++) {
          texts[i] = rows.text(column, open.ordinals[from + i]);
        }
        vector.setStringUtf8Batch(0, texts);
        return;
      }
      for (int i = 0; i < count; i++) {
        int o = open.ordinals[from + i];
        if (rows.isNull(column, o)) {
          vector.setNull(i);
          continue;
        }
        long value = rows.number(column, o);
        switch (open.types[column]) {
          case DOUBLE -> vector.setDouble(i, Double.longBitsToDouble(value));
          case BOOLEAN -> vector.setBoolean(i, value != 0);
          default -> vector.setLong(i, value);
        }
      }
    }
  }
}
