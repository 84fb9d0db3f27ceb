package dev.millrace.connect.jdbc;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.PostgresSystem;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The embedded PostgreSQL that the tests of a class share, and reading from it. */
final class PostgresServer {
  private final PostgresSystem system;
  private Map<String, String> options = Map.of();

  PostgresServer(Path project) {
    DataFolder folder = DataFolder.open(project);
    system = new PostgresSystem("postgres", "kit", folder.resolve("postgres"), new Ports(folder));
  }

  PostgresSystem system() {
    return system;
  }

  void start() {
    Map<String, String> texts = new LinkedHashMap<>();
    system.start().forEach((name, value) -> texts.put(name, value.toString()));
    options = texts;
  }

  void stop() {
    system.stop();
  }

  /** The system options, with others in place of some. */
  Map<String, String> options(String... changes) {
    Map<String, String> changed = new LinkedHashMap<>(options);
    for (int i = 0; i < changes.length; i += 2) {
      changed.put(changes[i], changes[i + 1]);
    }
    return changed;
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(
        options.getOrDefault("url", ""), options.get("user"), options.get("password"));
  }

  void execute(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  @Nullable String query(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : null;
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }

  List<List<@Nullable Object>> read(String table, Schema schema) {
    String columns =
        schema.names().stream().map(Identifier::quote).collect(Collectors.joining(", "));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + columns + " FROM " + table)) {
      while (row.next()) {
        @Nullable Object[] values = new @Nullable Object[schema.columns().size()];
        for (int i = 0; i < values.length; i++) {
          Column column = schema.columns().get(i);
          values[i] = row.getObject(i + 1) == null ? null : value(row, i + 1, column.type());
        }
        rows.add(Arrays.asList(values));
      }
      return rows;
    } catch (SQLException e) {
      throw new AssertionError(table, e);
    }
  }

  private static Object value(ResultSet row, int i, DataType type) throws SQLException {
    if (type instanceof DataType.Scalar scalar) {
      return scalar(row, i, scalar.kind());
    }
    if (type instanceof DataType.Decimal) {
      return row.getBigDecimal(i);
    }
    if (PostgresTypes.isArray(type)) {
      Array array = row.getArray(i);
      return Arrays.stream((Object[]) array.getArray())
          .map(v -> v instanceof Timestamp t ? t.toInstant() : v)
          .collect(Collectors.toCollection(ArrayList::new));
    }
    return row.getString(i);
  }

  private static Object scalar(ResultSet row, int i, DataType.Kind kind) throws SQLException {
    return switch (kind) {
      case BOOLEAN -> row.getBoolean(i);
      case TINYINT -> row.getByte(i);
      case SMALLINT, UTINYINT -> row.getShort(i);
      case INTEGER, USMALLINT -> row.getInt(i);
      case BIGINT, UINTEGER -> row.getLong(i);
      case HUGEINT, UBIGINT, UHUGEINT -> ((BigDecimal) row.getObject(i)).toBigIntegerExact();
      case FLOAT -> row.getFloat(i);
      case DOUBLE -> row.getDouble(i);
      case VARCHAR, JSON, INTERVAL -> row.getString(i);
      case BLOB -> row.getBytes(i);
      case DATE -> row.getObject(i, LocalDate.class);
      case TIME -> row.getObject(i, LocalTime.class);
      case TIMESTAMP -> row.getObject(i, LocalDateTime.class);
      case TIMESTAMPTZ -> row.getObject(i, OffsetDateTime.class).toInstant();
      case UUID -> row.getObject(i, UUID.class);
    };
  }
}
