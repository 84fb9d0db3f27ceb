package dev.millrace.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBLogicalType;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBScalarFunction;

/**
 * Scalar functions by which a statement tells Java what happens in it, row by row, so that one
 * statement can do what would take many: {@code millrace_number(table, hash)} gives a row that is
 * appended its number, {@code millrace_row(table, hash, numbers...)} and {@code
 * millrace_texts(table, number, texts...)} around it also give Java the row, {@code
 * millrace_gone(table, number)} says that a row is deleted, {@code millrace_note(table, number)}
 * that it is to be deleted after the statement, {@code millrace_probe(read, hash)} asks for the
 * rows of a key and {@code millrace_probe_text(read, key)} for those of a text; {@code
 * millrace_tally(tally, n)} counts. {@code millrace_same(n)} is n, which DuckDB does not know. It
 * keeps functions for the whole process, so handles name the object that is meant.
 */
final class Callbacks {
  private static final Map<Long, Object> OBJECTS = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT = new AtomicLong();

  private Callbacks() {}

  /** Makes an object known until {@link #remove}; returns its handle. */
  static long add(Object object) {
    long handle = NEXT.incrementAndGet();
    OBJECTS.put(handle, object);
    return handle;
  }

  static void remove(long handle) {
    OBJECTS.remove(handle);
  }

  static void register(Connection connection) throws SQLException {
    register(
        connection,
        "millrace_number",
        DuckDBColumnType.BIGINT,
        (in, out) -> object(in, KeptTable.class).number(in.vector(1), (int) in.rowCount(), out));
    register(
        connection,
        "millrace_gone",
        DuckDBColumnType.BIGINT,
        (in, out) -> object(in, KeptTable.class).gone(in.vector(1), (int) in.rowCount(), out));
    register(
        connection,
        "millrace_note",
        DuckDBColumnType.BIGINT,
        (in, out) -> object(in, KeptTable.class).note(in.vector(1), (int) in.rowCount(), out));
    register(
        connection,
        "millrace_tally",
        DuckDBColumnType.BIGINT,
        (in, out) -> object(in, Tally.class).count((int) in.rowCount(), out));
    registerRow(
        connection,
        "millrace_row",
        DuckDBColumnType.BIGINT,
        (in, out) -> object(in, KeptTable.class).row(in, out));
    registerRow(
        connection,
        "millrace_texts",
        DuckDBColumnType.VARCHAR,
        (in, out) -> object(in, KeptTable.class).texts(in, out));
    registerSame(connection);
    registerProbes(connection);
  }

  private static void registerSame(Connection connection) throws SQLException {
    DuckDBFunctions.scalarFunction()
        .withName("millrace_same")
        .withParameters(DuckDBColumnType.BIGINT)
        .withReturnType(DuckDBColumnType.BIGINT)
        .withVolatile()
        .withVectorizedFunction(
            (in, out) -> {
              for (int i = 0; i < in.rowCount(); i++) {
                out.setLong(i, in.vector(0).getLong(i));
              }
            })
        .register(connection);
  }

  private static void registerProbes(Connection connection) throws SQLException {
    registerProbe(
        connection, "millrace_probe", DuckDBColumnType.BIGINT, DuckDBReadableVector::getLong);
    registerProbe(
        connection,
        "millrace_probe_text",
        DuckDBColumnType.VARCHAR,
        (keys, row) -> KeyHash.of(keys.getString(row)));
  }

  /** The hash of a key in a vector. */
  @FunctionalInterface
  private interface Hashes {
    long of(DuckDBReadableVector keys, long row);
  }

  private static void registerProbe(
      Connection connection, String name, DuckDBColumnType type, Hashes hashes)
      throws SQLException {
    register(
        connection,
        name,
        type,
        (in, out) -> {
          KeyRead read = object(in, KeyRead.class);
          DuckDBReadableVector keys = in.vector(1);
          for (int i = 0; i < in.rowCount(); i++) {
            if (!keys.isNull(i)) {
              read.probe(hashes.of(keys, i));
            }
            out.setLong(i, 1);
          }
        });
  }

  private static void registerRow(
      Connection connection, String name, DuckDBColumnType values, DuckDBScalarFunction function)
      throws SQLException {
    DuckDBFunctions.scalarFunction()
        .withName(name)
        .withParameters(DuckDBColumnType.BIGINT, DuckDBColumnType.BIGINT)
        .withVarArgs(DuckDBLogicalType.of(values))
        .withReturnType(DuckDBColumnType.BIGINT)
        .withVolatile()
        .withVectorizedFunction(function)
        .register(connection);
  }

  private static void register(
      Connection connection, String name, DuckDBColumnType second, DuckDBScalarFunction function)
      throws SQLException {
    DuckDBFunctions.scalarFunction()
        .withName(name)
        .withParameters(DuckDBColumnType.BIGINT, second)
        .withReturnType(DuckDBColumnType.BIGINT)
        .withVolatile()
        .withVectorizedFunction(function)
        .register(connection);
  }

  private static <T> T object(DuckDBDataChunkReader in, Class<T> type) {
    long handle = in.vector(0).getLong(0);
    Object object = OBJECTS.get(handle);
    if (!type.isInstance(object)) {
      throw new IllegalStateException("functions millrace_* are for Millrace's own statements");
    }
    return type.cast(object);
  }
}
