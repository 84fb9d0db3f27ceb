package dev.millrace.embedded.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A session of the engine; one query at a time. For one thread at a time. Database and settings
 * last as long as the session, so what a request does not ask for is taken back.
 */
final class ChdbConnection implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ChdbConnection.class.getName());
  private static final int COPY_BYTES = 1 << 16;

  /** Memory of the engine; left alone it takes most of the machine's. */
  private static final Map<String, Long> LIMITS =
      Map.of(
          "max_server_memory_usage", 2L << 30,
          "mark_cache_size", 256L << 20,
          "index_mark_cache_size", 128L << 20,
          "primary_index_cache_size", 256L << 20);

  /** Stands for the value of a setting of which nobody knows whether it was set. */
  private static final String UNKNOWN = "\0";

  private final ChdbLibrary library;
  private final Pointer handle;
  private String database = "";
  private Map<String, String> settings = Map.of();

  private ChdbConnection(ChdbLibrary library, Pointer handle) {
    this.library = library;
    this.handle = handle;
  }

  /**
   * Opens a session over the data in a folder.
   *
   * @throws EngineException if the engine refuses
   */
  static ChdbConnection open(ChdbLibrary library, String data) throws EngineException {
    String[] arguments =
        Stream.concat(
                Stream.of("clickhouse", "--path=" + data),
                LIMITS.entrySet().stream().map(e -> "--" + e.getKey() + "=" + e.getValue()))
            .toArray(String[]::new);
    Pointer handle = library.chdb_connect(arguments.length, arguments);
    if (handle == null || handle.getPointer(0) == null) {
      throw new EngineException("Code: 1000. DB::Exception: the engine cannot open " + data);
    }
    return new ChdbConnection(library, handle);
  }

  /** What a query returned, in memory of the engine's until it is closed. */
  static final class Result implements AutoCloseable {
    private final ChdbLibrary library;
    private final Pointer result;

    private Result(ChdbLibrary library, Pointer result) {
      this.library = library;
      this.result = result;
    }

    long length() {
      return library.chdb_result_length(result).longValue();
    }

    void copyTo(OutputStream out) throws IOException {
      Pointer bytes = library.chdb_result_buffer(result);
      long length = bytes == null ? 0 : length();
      for (long at = 0; bytes != null && at < length; at += COPY_BYTES) {
        out.write(bytes.getByteArray(at, (int) Math.min(COPY_BYTES, length - at)));
      }
    }

    /** The counts as ClickHouse's servers tell them in the header {@code X-ClickHouse-Summary}. */
    String summary(long nanos) {
      return ("{\"read_rows\":\"%d\",\"read_bytes\":\"%d\",\"written_rows\":\"%d\","
              + "\"written_bytes\":\"%d\",\"total_rows_to_read\":\"0\",\"result_rows\":\"0\","
              + "\"result_bytes\":\"%d\",\"elapsed_ns\":\"%d\"}")
          .formatted(
              library.chdb_result_rows_read(result),
              library.chdb_result_bytes_read(result),
              library.chdb_result_rows_written(result),
              library.chdb_result_bytes_written(result),
              length(),
              nanos);
    }

    @Override
    public void close() {
      library.chdb_destroy_query_result(result);
    }
  }

  /**
   * Runs one query.
   *
   * @param format of what it returns, unless the query names one
   * @throws EngineException with what the engine says
   */
  Result query(String sql, String format) throws EngineException {
    byte[] text = sql.getBytes(UTF_8);
    byte[] name = format.getBytes(UTF_8);
    Pointer pointer =
        library.chdb_query_n(
            handle.getPointer(0),
            text,
            new NativeLong(text.length),
            name,
            new NativeLong(name.length));
    if (pointer == null) {
      throw new EngineException("Code: 1000. DB::Exception: the engine gave no answer");
    }
    Result result = new Result(library, pointer);
    String error = library.chdb_result_error(pointer);
    if (error != null && !error.isEmpty()) {
      result.close();
      throw new EngineException(error);
    }
    return result;
  }

  /**
   * Changes a session of several requests for one of them.
   *
   * @param inDatabase null to leave it
   * @param wanted settings, and parameters of the query
   * @return statements that undo it
   */
  List<String> change(@Nullable String inDatabase, Map<String, String> wanted)
      throws EngineException {
    List<String> back = new ArrayList<>();
    if (inDatabase != null) {
      back.add(useSql(text("SELECT currentDatabase()")));
    }
    String names =
        wanted.keySet().stream()
            .filter(name -> !name.startsWith("param_"))
            .map(Statement::literal)
            .collect(Collectors.joining(", "));
    if (!names.isEmpty()) {
      String were =
          text(
              "SELECT arrayStringConcat(groupArray(name || ' = ' || substring(toString([value]), 2, length(toString([value])) - 2)), ', ') FROM system.settings WHERE name IN ("
                  + names
                  + ")");
      if (!were.isEmpty()) {
        back.add("SET " + were);
      }
    }
    try {
      if (inDatabase != null) {
        execute(useSql(inDatabase));
      }
      if (!wanted.isEmpty()) {
        execute(
            wanted.entrySet().stream()
                .map(e -> e.getKey() + " = " + Statement.literal(e.getValue()))
                .collect(Collectors.joining(", ", "SET ", "")));
      }
      return back;
    } catch (EngineException e) {
      undo(back);
      throw e;
    }
  }

  /** Takes back what {@link #change} did. */
  void undo(List<String> back) {
    back.forEach(this::tryExecute);
  }

  private static String useSql(String name) {
    return "USE `" + name.replace("`", "\\`") + "`";
  }

  private String text(String sql) throws EngineException {
    try (Result result = query(sql, "TSVRaw")) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      result.copyTo(bytes);
      return bytes.toString(UTF_8).stripTrailing();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Prepares the session for a request.
   *
   * @param wanted all settings that are not as by default, and parameters of the query
   */
  void prepare(String inDatabase, Map<String, String> wanted) throws EngineException {
    if (!database.equals(inDatabase)) {
      execute(useSql(inDatabase));
      database = inDatabase;
    }
    List<String> resets =
        settings.keySet().stream()
            .filter(name -> !wanted.containsKey(name) && !name.startsWith("param_"))
            .map(name -> name + " = DEFAULT")
            .toList();
    List<String> changes = new ArrayList<>(resets);
    wanted.forEach(
        (name, value) -> {
          if (!value.equals(settings.get(name))) {
            changes.add(name + " = " + Statement.literal(value));
          }
        });
    if (!changes.isEmpty()) {
      set(changes, resets, wanted);
    }
    settings = Map.copyOf(wanted);
  }

  private void set(List<String> changes, List<String> resets, Map<String, String> wanted)
      throws EngineException {
    try {
      execute("SET " + String.join(", ", changes));
    } catch (EngineException e) {
      for (String reset : resets) {
        tryExecute("SET " + reset);
      }
      // Some may be set and some not: the next request takes all of them back.
      Map<String, String> unknown = new HashMap<>();
      wanted.keySet().forEach(name -> unknown.put(name, UNKNOWN));
      settings = unknown;
      throw e;
    }
  }

  // The name of a setting that there is not can be taken back no more than it could be set.
  private void tryExecute(String sql) {
    try {
      execute(sql);
    } catch (EngineException e) {
      LOG.log(System.Logger.Level.DEBUG, sql, e);
    }
  }

  /** Runs one statement that returns nothing. */
  void execute(String sql) throws EngineException {
    query(sql, "Null").close();
  }

  @Override
  public void close() {
    library.chdb_close_conn(handle);
  }

  /** The engine refused a query; the message has its code in front. */
  static final class EngineException extends Exception {
    private static final long serialVersionUID = 1L;

    EngineException(@Nullable String message) {
      super(message);
    }
  }
}
