package dev.millrace.connect.jdbc;

import dev.millrace.api.type.Batch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Applies few changes, each by a prepared statement; below some hundred rows that takes half of
 * what a COPY and its temporary table take. Statements are kept for the session.
 */
final class RowChanges {
  private final Connection connection;
  private final PostgresTarget target;
  private final List<PostgresText> columns;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  RowChanges(Connection connection, PostgresTarget target, List<PostgresText> columns) {
    this.connection = connection;
    this.target = target;
    this.columns = columns;
  }

  /** Deletes the keys taken back, then writes the rows that appear. */
  void apply(Batch changes) throws SQLException {
    Set<PreparedStatement> deletes = new HashSet<>();
    List<Integer> writes = new ArrayList<>();
    for (int row = 0; row < changes.size(); row++) {
      if (changes.weights()[row] > 0) {
        writes.add(row);
      } else {
        deletes.add(addDelete(changes, row));
      }
    }
    for (PreparedStatement delete : deletes) {
      delete.executeBatch();
    }
    if (!writes.isEmpty()) {
      PreparedStatement upsert = statement(target.upsertRow());
      for (int row : writes) {
        for (int column = 0; column < columns.size(); column++) {
          setText(upsert, column + 1, changes, row, column);
        }
        upsert.addBatch();
      }
      upsert.executeBatch();
    }
  }

  private PreparedStatement addDelete(Batch changes, int row) throws SQLException {
    PreparedStatement delete = statement(target.deleteRow(target.nullsInKey(changes, row)));
    int parameter = 1;
    for (int column : target.key()) {
      if (changes.value(row, column) != null) {
        setText(delete, parameter++, changes, row, column);
      }
    }
    delete.addBatch();
    return delete;
  }

  // The driver sends texts without a type, so the server reads them as the columns' types.
  private void setText(PreparedStatement statement, int parameter, Batch batch, int row, int column)
      throws SQLException {
    Object value = batch.value(row, column);
    statement.setString(parameter, value == null ? null : columns.get(column).of(value));
  }

  private PreparedStatement statement(String sql) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    return statement;
  }
}
