package dev.millrace.engine.store;

import dev.millrace.api.type.Identifier;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.jspecify.annotations.Nullable;

/**
 * Rows of the heap as a relation with the columns {@code c0, c1, ...}, filled into DuckDB's vectors
 * 2,048 at a time, in two ways: by the table function {@code millrace_rows(handle)}, on all threads
 * and only the columns that are wanted; or by scalar functions, {@code millrace_open(handle, n)}
 * for how many rows there are and {@code millrace_long(handle, column, row)} and the like for
 * values, since DuckDB plans a statement anew at every run if it calls a table function that is not
 * its own. DuckDB keeps functions for the whole process, so a handle names who provides the rows.
 * Views of the store, which outlive the process, name theirs in {@code millrace_known(name,
 * kinds)}.
 */
public final class RowFunction {
  /** From this many rows on several threads fill vectors. */
  private static final long PARALLEL = 10_000;

  private static final Map<Long, Provider> PROVIDERS = new ConcurrentHashMap<>();
  private static final Map<String, Provider> KNOWN = new ConcurrentHashMap<>();
  private static final Map<Long, Rows> OPEN = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT = new AtomicLong();

  private RowFunction() {}

  /** Has rows for statements. */
  public interface Provider {
    /** The columns, the same at every call. */
    List<Wire.Kind> columns();

    /** About how many rows there will be, for DuckDB's planner. */
    long expected();

    /**
     * The rows, asked for when a scan wants its first one: what stands before it in the statement
     * has run by then.
     */
    Rows open() throws SQLException;
  }

  /** Makes a provider known until {@link #remove}; returns its handle. */
  public static long add(Provider provider) {
    long handle = NEXT.incrementAndGet();
    PROVIDERS.put(handle, provider);
    return handle;
  }

  /** The handle means nothing any more. */
  public static void remove(long handle) {
    PROVIDERS.remove(handle);
    OPEN.remove(handle);
  }

  /** What to write behind FROM, for many rows. */
  public static String sql(long handle) {
    return "millrace_rows(" + handle + ")";
  }

  /** What to write behind FROM in a statement that is planned once. */
  public static String plannedSql(long handle) {
    return plannedSql(handle, "0", "");
  }

  /**
   * As {@link #plannedSql(long)}; the rows are asked for when the relation {@code from}, of one
   * row, is there.
   *
   * @param after an expression over it
   */
  static String plannedSql(long handle, String after, String from) {
    Provider provider = provider(handle);
    StringBuilder select = new StringBuilder("(SELECT ");
    int column = 0;
    for (Wire.Kind kind : provider.columns()) {
      select.append(column == 0 ? "" : ", ").append(value(kind)).append('(').append(handle);
      select.append(", ").append(column).append(", i) AS c").append(column++);
    }
    select.append(" FROM (SELECT unnest(range(millrace_open(").append(handle).append(", ");
    select.append(after).append("))) AS i").append(from).append("))");
    return select.toString();
  }

  /** Makes a provider known by a name that stays from run to run, until {@link #forget}. */
  public static void know(String name, Provider provider) {
    KNOWN.put(name, provider);
  }

  /** The name stands for no rows again. */
  public static void forget(String name) {
    KNOWN.remove(name);
  }

  /** What to write behind FROM in a view; without a provider of the name it has no rows. */
  public static String knownSql(String name, List<Wire.Kind> columns) {
    return "millrace_known(%s, %s)"
        .formatted(
            Identifier.literal(name),
            Identifier.literal(columns.stream().map(Enum::name).collect(Collectors.joining(","))));
  }

  private static String value(Wire.Kind kind) {
    return switch (kind) {
      case LONG -> "millrace_long";
      case DOUBLE -> "millrace_double";
      case BOOLEAN -> "millrace_boolean";
      case TEXT -> "millrace_text";
    };
  }

  private static Provider provider(long handle) {
    Provider provider = PROVIDERS.get(handle);
    if (provider == null) {
      throw new IllegalStateException("functions millrace_* are for Millrace's own statements");
    }
    return provider;
  }

  /** Registers the functions with the process's DuckDB. */
  static void register(Connection connection) throws SQLException {
    scalar(connection, "millrace_long", DuckDBColumnType.BIGINT);
    scalar(connection, "millrace_double", DuckDBColumnType.DOUBLE);
    scalar(connection, "millrace_boolean", DuckDBColumnType.BOOLEAN);
    scalar(connection, "millrace_text", DuckDBColumnType.VARCHAR);
    DuckDBFunctions.scalarFunction()
        .withName("millrace_open")
        .withParameters(DuckDBColumnType.BIGINT, DuckDBColumnType.BIGINT)
        .withReturnType(DuckDBColumnType.BIGINT)
        .withVolatile()
        .withVectorizedFunction(
            (in, out) -> {
              if (in.rowCount() > 0) {
                long handle = in.vector(0).getLong(0);
                Rows rows = provider(handle).open();
                OPEN.put(handle, rows);
                out.setLong(0, rows.size());
              }
            })
        .register(connection);
    DuckDBFunctions.tableFunction()
        .withName("millrace_rows")
        .withParameter(DuckDBColumnType.BIGINT)
        .withProjectionPushdown()
        .withFunction(new Function())
        .register(connection);
    DuckDBFunctions.tableFunction()
        .withName("millrace_known")
        .withParameter(DuckDBColumnType.VARCHAR)
        .withParameter(DuckDBColumnType.VARCHAR)
        .withProjectionPushdown()
        .withFunction(new KnownFunction())
        .register(connection);
  }

  /** Who has the rows of a name, or none at all. */
  private static Provider known(String name, String kinds) {
    List<Wire.Kind> columns = Stream.of(kinds.split(",")).map(Wire.Kind::valueOf).toList();
    Provider provider = KNOWN.get(name);
    return provider != null && provider.columns().equals(columns)
        ? provider
        : new Provider() {
          @Override
          public List<Wire.Kind> columns() {
            return columns;
          }

          @Override
          public long expected() {
            return 0;
          }

          @Override
          public Rows open() {
            return Rows.NONE;
          }
        };
  }

  private static void scalar(Connection connection, String name, DuckDBColumnType type)
      throws SQLException {
    DuckDBFunctions.scalarFunction()
        .withName(name)
        .withParameters(DuckDBColumnType.BIGINT, DuckDBColumnType.BIGINT, DuckDBColumnType.BIGINT)
        .withReturnType(type)
        .withVolatile()
        .withVectorizedFunction(
            (in, out) -> {
              int count = (int) in.rowCount();
              if (count == 0) {
                return;
              }
              Rows rows = OPEN.get(in.vector(0).getLong(0));
              int from = (int) in.vector(2).getLong(0);
              if (rows == null || in.vector(2).getLong(count - 1) != from + count - 1) {
                throw new IllegalStateException("rows of the heap are read in order");
              }
              rows.fill((int) in.vector(1).getLong(0), from, count, out);
            })
        .register(connection);
  }

  /** One run of a scan. */
  private static final class Scan {
    private final Provider provider;
    private final int[] columns;
    private final AtomicInteger position = new AtomicInteger();
    private volatile @Nullable Rows rows;

    Scan(Provider provider, int[] columns) {
      this.provider = provider;
      this.columns = columns;
    }

    private Rows rows() throws SQLException {
      Rows opened = rows;
      if (opened == null) {
        synchronized (this) {
          opened = rows;
          if (opened == null) {
            opened = provider.open();
            rows = opened;
          }
        }
      }
      return opened;
    }

    long fill(DuckDBDataChunkWriter out) throws SQLException {
      Rows source = rows();
      int capacity = (int) out.capacity();
      int from = position.getAndAdd(capacity);
      int count = Math.min(capacity, source.size() - from);
      if (count <= 0) {
        return 0;
      }
      for (int i = 0; i < columns.length; i++) {
        if (columns[i] >= 0) {
          source.fill(columns[i], from, count, out.vector(i));
        }
      }
      return count;
    }
  }

  private static final class KnownFunction extends Function {
    @Override
    Provider named(DuckDBTableFunctionBindInfo info) {
      return known(info.getParameter(0).getString(), info.getParameter(1).getString());
    }
  }

  private static class Function implements DuckDBTableFunction<Provider, Scan, Object> {
    Provider named(DuckDBTableFunctionBindInfo info) {
      return provider(info.getParameter(0).getLong());
    }

    @Override
    public Provider bind(DuckDBTableFunctionBindInfo info) throws Exception {
      Provider provider = named(info);
      int column = 0;
      for (Wire.Kind kind : provider.columns()) {
        info.addResultColumn("c" + column++, type(kind));
      }
      info.setCardinality(provider.expected(), false);
      return provider;
    }

    private static DuckDBColumnType type(Wire.Kind kind) {
      return switch (kind) {
        case LONG -> DuckDBColumnType.BIGINT;
        case DOUBLE -> DuckDBColumnType.DOUBLE;
        case BOOLEAN -> DuckDBColumnType.BOOLEAN;
        case TEXT -> DuckDBColumnType.VARCHAR;
      };
    }

    @Override
    public Scan init(DuckDBTableFunctionInitInfo info) {
      Provider provider = info.getBindData();
      info.setMaxThreads(
          provider.expected() > PARALLEL ? Runtime.getRuntime().availableProcessors() : 1);
      int width = provider.columns().size();
      int[] columns = new int[(int) info.getColumnCount()];
      for (int i = 0; i < columns.length; i++) {
        // A scan that wants no column, for count(*), is given one that does not exist.
        long column = info.getColumnIndex(i);
        columns[i] = column >= 0 && column < width ? (int) column : -1;
      }
      return new Scan(provider, columns);
    }

    @Override
    public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter out)
        throws SQLException {
      Scan scan = info.getInitData();
      return scan.fill(out);
    }
  }
}
