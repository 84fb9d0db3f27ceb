package dev.millrace.connect.files.rows;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.connect.files.unpack.BadContentException;
import java.io.IOException;
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
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a Parquet file as JSON objects, read by DuckDB: an instance for all such files of this
 * process, which has one thread and little memory, and keeps nothing.
 */
final class ParquetRows implements RowReader {
  private static final String MEMORY = "512MiB";
  private static final int SHOWN = 1_000;

  private static @Nullable DuckDBConnection instance;

  private final Path file;
  private final JsonKey key;
  private final int maxRow;
  private final Connection connection;
  private final List<Field> fields;
  private final ResultSet rows;
  private long number;

  /** A column of the file. */
  private record Field(String name, ParquetType type) {}

  ParquetRows(Path file, RowFormat format) throws IOException {
    this.file = file.toAbsolutePath();
    this.key = new JsonKey(format.key());
    this.maxRow = format.maxRow();
    this.connection = connect();
    boolean opened = false;
    try {
      Statement statement = connection.createStatement();
      statement.execute("SET TimeZone = 'UTC'");
      fields = fields(statement);
      rows = statement.executeQuery(query());
      opened = true;
    } catch (SQLException e) {
      throw bad(e);
    } finally {
      if (!opened) {
        close();
      }
    }
  }

  private static synchronized Connection connect() {
    try {
      DuckDBConnection open = instance;
      if (open == null) {
        Properties settings = new Properties();
        settings.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
        settings.setProperty("threads", "1");
        settings.setProperty("memory_limit", MEMORY);
        settings.setProperty("temp_directory", "");
        settings.setProperty("enable_external_file_cache", "false");
        settings.setProperty("autoload_known_extensions", "false");
        open = DriverManager.getConnection("jdbc:duckdb:", settings).unwrap(DuckDBConnection.class);
        instance = open;
      }
      return open.duplicate();
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB does not start", e);
    }
  }

  private static String text(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  private static String name(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  private String from() {
    // A folder named `a=b` on its way is no column.
    return " FROM read_parquet(" + text(file.toString()) + ", hive_partitioning = false)";
  }

  /** False for a path that DuckDB takes for a pattern. */
  static boolean isReadable(Path file) {
    return file.toString().chars().noneMatch(c -> "*?[]{}\\".indexOf(c) >= 0);
  }

  private List<Field> fields(Statement statement) throws SQLException {
    List<Field> found = new ArrayList<>();
    try (ResultSet columns =
        statement.executeQuery(
            "SELECT column_name, column_type FROM (DESCRIBE SELECT *" + from() + ")")) {
      while (columns.next()) {
        found.add(new Field(columns.getString(1), ParquetType.parse(columns.getString(2))));
      }
    }
    return found;
  }

  private String query() {
    List<String> columns = new ArrayList<>();
    for (Field field : fields) {
      columns.add("CAST(" + name(field.name()) + " AS " + field.type().asked() + ")");
    }
    return "SELECT " + String.join(", ", columns) + from();
  }

  @Override
  public @Nullable Row next() throws IOException {
    try {
      if (!rows.next()) {
        return null;
      }
      ObjectNode object = JsonValues.JSON.objectNode();
      for (int i = 0; i < fields.size(); i++) {
        Field field = fields.get(i);
        object.set(field.name(), field.type().json(rows.getObject(i + 1)));
      }
      number++;
      byte[] value = object.toString().getBytes(UTF_8);
      if (value.length > maxRow) {
        return Row.bad(
            Arrays.copyOf(value, Math.min(value.length, SHOWN)), number, TextLines.tooLong(maxRow));
      }
      return Row.good(value, key.of(value), number);
    } catch (OutOfMemoryError e) {
      throw new BadContentException(
          "what the Parquet file has behind row " + number + " does not fit in memory", e);
    } catch (SQLException e) {
      throw bad(e);
    }
  }

  private BadContentException bad(SQLException e) {
    String told = reason(e);
    if (told.toLowerCase(Locale.ROOT).contains("encrypt")) {
      return new BadContentException("the Parquet file is encrypted", e);
    }
    return new BadContentException("the Parquet file cannot be read: " + told, e);
  }

  /**
   * What DuckDB says, without the path, which may be that of a copy. Where rows are given out one
   * by one it does not say why there are no more, so they are asked for in one statement.
   */
  private String reason(SQLException e) {
    SQLException told = e;
    try (Statement again = connection.createStatement()) {
      again.execute("CREATE OR REPLACE TEMP TABLE reason AS SELECT max(hash(COLUMNS(*)))" + from());
    } catch (SQLException why) {
      told = why;
    }
    return String.valueOf(told.getMessage())
        .lines()
        .findFirst()
        .orElse("")
        .replaceFirst("^[A-Z][A-Za-z ]*Error: ", "")
        .replace(" '" + file + "'", "")
        .replace(" \"" + file + "\"", "");
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // Nothing more is wanted of it.
    }
  }
}
