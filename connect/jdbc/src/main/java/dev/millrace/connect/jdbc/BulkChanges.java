package dev.millrace.connect.jdbc;

import dev.millrace.api.type.Batch;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;

/** Applies many changes: by COPY into a temporary table, and from there by one statement a kind. */
final class BulkChanges {
  private final Connection connection;
  private final PostgresTarget target;
  private final CopyRows rows;
  private boolean tableMade;

  BulkChanges(Connection connection, PostgresTarget target, CopyRows rows) {
    this.connection = connection;
    this.target = target;
    this.rows = rows;
  }

  /** Deletes the keys taken back, then writes the rows that appear. */
  void apply(Batch changes) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!tableMade) {
        statement.execute(target.createChanges());
        tableMade = true;
      }
      rows.send(connection, target.copyChanges(), changes, true);
      boolean writes = false;
      Set<Set<Integer>> deletes = new HashSet<>();
      for (int row = 0; row < changes.size(); row++) {
        if (changes.weights()[row] > 0) {
          writes = true;
        } else {
          deletes.add(target.nullsInKey(changes, row));
        }
      }
      for (Set<Integer> nulls : deletes) {
        statement.executeUpdate(target.deleteChanges(nulls));
      }
      if (writes) {
        statement.executeUpdate(target.upsertChanges());
      }
    }
  }
}
