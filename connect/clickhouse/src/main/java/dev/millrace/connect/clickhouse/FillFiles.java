package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/**
 * The Parquet files that a table is filled from, one after the other by path, and their rows as the
 * stream's columns. DuckDB reads them, in one thread: the same files give the same rows in the same
 * order. For one thread.
 */
final class FillFiles implements AutoCloseable {
  private static final String MEMORY = "1GiB";

  private final SinkContext context;
  private final Connection connection;
  private final List<String> files;
  private @Nullable ResultSet rows;

  private FillFiles(SinkContext context, Connection connection) throws SQLException {
    this.context = context;
    this.connection = connection;
    this.files = List.copyOf(find());
    if (files.isEmpty()) {
      throw stop("no file matches", "look at the path, which is relative to the project's folder");
    }
  }

  /**
   * Finds the files.
   *
   * @throws StopException if there are none
   */
  static FillFiles open(SinkContext context) {
    Properties settings = new Properties();
    settings.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
    settings.setProperty("threads", "1");
    settings.setProperty("memory_limit", MEMORY);
    settings.setProperty("temp_directory", "");
    settings.setProperty("autoload_known_extensions", "false");
    Connection connection;
    try {
      connection = DriverManager.getConnection("jdbc:duckdb:", settings);
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB does not start", e);
    }
    FillFiles opened = null;
    try {
      opened = new FillFiles(context, connection);
      return opened;
    } catch (SQLException e) {
      throw stop(context, String.valueOf(e.getMessage()), null);
    } finally {
      if (opened == null) {
        close(connection);
      }
    }
  }

  private TreeSet<String> find() throws SQLException {
    TreeSet<String> found = new TreeSet<>();
    for (String pattern : context.options().texts(TableOptions.FILL)) {
      String path = context.folder().resolve(pattern.strip()).toAbsolutePath().toString();
      try (Statement statement = connection.createStatement();
          ResultSet paths = statement.executeQuery("SELECT file FROM glob(" + text(path) + ")")) {
        while (paths.next()) {
          found.add(paths.getString(1));
        }
      }
    }
    return found;
  }

  private static String text(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  /** Tells these files from others, and from the same ones with other content. */
  String id() {
    StringBuilder all = new StringBuilder();
    for (String file : files) {
      try {
        Path path = Path.of(file);
        all.append(file).append('\0').append(Files.size(path)).append('\0');
        all.append(Files.getLastModifiedTime(path).toMillis()).append('\0');
      } catch (IOException e) {
        throw stop("`" + file + "` cannot be read: " + e.getMessage(), null);
      }
    }
    return "files " + UUID.nameUUIDFromBytes(all.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Passes over rows; to be called once, before {@link #next}. */
  void open(long passed) {
    try {
      requireColumns();
      String columns =
          context.schema().columns().stream()
              .map(c -> "CAST(" + Identifier.quote(c.name()) + " AS " + FillValues.asked(c) + ")")
              .collect(Collectors.joining(", ", "SELECT ", ""));
      Statement statement = connection.createStatement();
      statement.execute("SET TimeZone = 'UTC'");
      rows = statement.executeQuery(columns + from() + " OFFSET " + passed);
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  private String from() {
    return files.stream()
        .map(FillFiles::text)
        .collect(
            Collectors.joining(
                ", ",
                " FROM read_parquet([",
                "], hive_partitioning = false, union_by_name = true)"));
  }

  private void requireColumns() throws SQLException {
    List<String> names = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet columns =
            statement.executeQuery("SELECT column_name FROM (DESCRIBE SELECT *" + from() + ")")) {
      while (columns.next()) {
        names.add(columns.getString(1));
      }
    }
    List<String> lower = names.stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
    for (String wanted : context.schema().names()) {
      if (!lower.contains(wanted.toLowerCase(Locale.ROOT))) {
        throw stop(
            "no file has a column `" + wanted + "`, which the stream has",
            Suggestion.didYouMean(wanted, names));
      }
    }
  }

  /** At most so many of the next rows; empty at the end. */
  Batch next(int most) {
    ResultSet open = rows;
    if (open == null) {
      throw new IllegalStateException("not opened");
    }
    List<Column> columns = context.schema().columns();
    List<@Nullable Object[]> values = new ArrayList<>();
    columns.forEach(c -> values.add(new @Nullable Object[most]));
    int count = 0;
    try {
      while (count < most && open.next()) {
        for (int i = 0; i < columns.size(); i++) {
          DataType type = columns.get(i).type();
          values.get(i)[count] = FillValues.value(open.getObject(i + 1), type);
        }
        count++;
      }
    } catch (SQLException e) {
      throw unreadable(e);
    }
    byte[] weights = new byte[count];
    Arrays.fill(weights, (byte) 1);
    int size = count;
    return new Batch(
        context.schema(), weights, values.stream().map(v -> Arrays.copyOf(v, size)).toList());
  }

  /** DuckDB does not say why rows that come one by one end; in one statement it does. */
  private StopException unreadable(SQLException e) {
    String reason = String.valueOf(e.getMessage());
    String columns =
        context.schema().columns().stream()
            .map(c -> "hash(CAST(" + Identifier.quote(c.name()) + " AS " + c.type() + "))")
            .collect(Collectors.joining(", ", "SELECT max(hash(", "))"));
    try (Statement again = connection.createStatement()) {
      again.execute("CREATE OR REPLACE TEMP TABLE reason AS " + columns + from());
    } catch (SQLException why) {
      reason = String.valueOf(why.getMessage());
    }
    return stop(
        reason.lines().findFirst().orElse(""), "mend the files, or take them out of `fill`");
  }

  private StopException stop(String what, @Nullable String hint) {
    return stop(context, what, hint);
  }

  /** What a person has to look at. */
  static StopException stop(SinkContext context, String what, @Nullable String hint) {
    return new StopException(
        Problem.error(
            ClickHouseError.SINK_FILL,
            null,
            "sink `%s` cannot fill `%s` from `%s`: %s"
                .formatted(
                    context.sink(),
                    context.table(),
                    String.join("`, `", context.options().texts(TableOptions.FILL)),
                    what),
            hint),
        null);
  }

  @Override
  public void close() {
    close(connection);
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // Nothing more is wanted of it.
    }
  }
}
