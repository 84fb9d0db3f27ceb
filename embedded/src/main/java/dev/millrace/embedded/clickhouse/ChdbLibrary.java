package dev.millrace.embedded.clickhouse;

import com.sun.jna.Library;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * The C interface of libchdb, as its header {@code chdb.h} has it. A result is owned by the caller.
 */
@SuppressWarnings("checkstyle:MethodName")
interface ChdbLibrary extends Library {
  /** Opens a connection; returns a pointer to it, or null. All of a process share one data path. */
  @Nullable Pointer chdb_connect(int count, String[] arguments);

  /** Closes what {@link #chdb_connect} returned. */
  void chdb_close_conn(Pointer connection);

  /** Runs a query, and formats what it returns. */
  @Nullable Pointer chdb_query_n(
      Pointer connection, byte[] query, NativeLong length, byte[] format, NativeLong formatLength);

  /** Frees a result. */
  void chdb_destroy_query_result(Pointer result);

  /** The bytes of a result; null if there are none. */
  @Nullable Pointer chdb_result_buffer(Pointer result);

  /** How many bytes there are. */
  NativeLong chdb_result_length(Pointer result);

  /** What went wrong, with ClickHouse's code in front; null if nothing did. */
  @Nullable String chdb_result_error(Pointer result);

  /** Rows read from storage. */
  long chdb_result_rows_read(Pointer result);

  /** Bytes read from storage. */
  long chdb_result_bytes_read(Pointer result);

  /** Rows written to storage. */
  long chdb_result_rows_written(Pointer result);

  /** Bytes written to storage. */
  long chdb_result_bytes_written(Pointer result);

  /** Whether the library handles the process' signals; it must not beside a JVM. */
  void chdb_set_signal_handlers_enabled(int enabled);
}
