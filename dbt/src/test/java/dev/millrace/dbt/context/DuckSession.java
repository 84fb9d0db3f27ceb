package dev.millrace.dbt.context;

import dev.millrace.dbt.adapter.AdapterException;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.adapter.RelationType;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session over DuckDB in memory. */
final class DuckSession implements AdapterSession {
  private final Connection connection;
  private final List<String> executed = new ArrayList<>();

  DuckSession() {
    try {
      connection = DriverManager.getConnection("jdbc:duckdb:");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All SQL that was run. */
  List<String> executed() {
    return executed;
  }

  /** Rows as text, columns with {@code |} between them. */
  List<String> rows(String sql) {
    List<String> rows = new ArrayList<>();
    for (List<@Nullable Object> row : execute(sql, true).rows()) {
      rows.add(String.join("|", row.stream().map(String::valueOf).toList()));
    }
    return rows;
  }

  @Override
  public QueryResult execute(String sql, boolean fetch) {
    executed.add(sql);
    try (Statement statement = connection.createStatement()) {
      boolean hasRows = statement.execute(sql);
      if (!hasRows || !fetch) {
        return new QueryResult(List.of(), List.of(), hasRows ? -1 : statement.getUpdateCount());
      }
      try (ResultSet result = statement.getResultSet()) {
        ResultSetMetaData meta = result.getMetaData();
        List<ColumnInfo> columns = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
          columns.add(new ColumnInfo(meta.getColumnLabel(i), meta.getColumnTypeName(i)));
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        while (result.next()) {
          List<@Nullable Object> row = new ArrayList<>();
          for (int i = 1; i <= columns.size(); i++) {
            row.add(value(result.getObject(i)));
          }
          rows.add(row);
        }
        return new QueryResult(columns, rows, -1);
      }
    } catch (SQLException e) {
      throw new AdapterException(String.valueOf(e.getMessage()), e);
    }
  }

  private static @Nullable Object value(@Nullable Object value) throws SQLException {
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof BigInteger big && big.bitLength() < 64) {
      return big.longValue();
    }
    if (value instanceof Float number) {
      return number.doubleValue();
    }
    if (value instanceof Timestamp time) {
      return time.toLocalDateTime();
    }
    if (value instanceof Date date) {
      return date.toLocalDate();
    }
    if (value instanceof java.sql.Array array) {
      return List.of((Object[]) array.getArray());
    }
    return value;
  }

  private void quietly(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AdapterException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public long load(Relation relation, List<String> columns, Iterable<@Nullable String[]> rows) {
    long count = 0;
    String marks = String.join(", ", columns.stream().map(column -> "?").toList());
    try (PreparedStatement insert =
        connection.prepareStatement("insert into " + relation + " values (" + marks + ")")) {
      for (@Nullable String[] row : rows) {
        for (int i = 0; i < columns.size(); i++) {
          insert.setString(i + 1, row[i]);
        }
        insert.addBatch();
        count++;
      }
      insert.executeBatch();
      return count;
    } catch (SQLException e) {
      throw new AdapterException(String.valueOf(e.getMessage()), e);
    }
  }

  private boolean open;

  @Override
  public void begin() {
    if (!open) {
      quietly("begin");
      open = true;
    }
  }

  @Override
  public void commit() {
    if (open) {
      open = false;
      quietly("commit");
    }
  }

  @Override
  public void rollback() {
    if (open) {
      open = false;
      quietly("rollback");
    }
  }

  @Override
  public List<Relation> relations(String database, String schema) {
    List<Relation> found = new ArrayList<>();
    for (List<@Nullable Object> row :
        execute(
                "select table_name, table_type from system.information_schema.tables where"
                    + " table_catalog = '"
                    + database
                    + "' and lower(table_schema) = lower('"
                    + schema
                    + "')",
                true)
            .rows()) {
      found.add(
          new Relation(
              database,
              schema,
              String.valueOf(row.get(0)),
              Optional.of("VIEW".equals(row.get(1)) ? RelationType.VIEW : RelationType.TABLE)));
    }
    return found;
  }

  @Override
  public Optional<Relation> find(Relation relation) {
    return relations(relation.database(), relation.schema()).stream()
        .filter(found -> found.identifier().equalsIgnoreCase(relation.identifier()))
        .findFirst();
  }

  @Override
  public List<ColumnInfo> columns(Relation relation) {
    return find(relation).isEmpty()
        ? List.of()
        : execute("select * from " + relation + " limit 0", true).columns();
  }

  @Override
  public List<String> schemas(String database) {
    return rows("select schema_name from information_schema.schemata");
  }

  @Override
  public void cancel() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
