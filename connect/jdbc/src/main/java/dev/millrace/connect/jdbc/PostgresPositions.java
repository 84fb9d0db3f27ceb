package dev.millrace.connect.jdbc;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkPosition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code millrace.positions} of the target: how far each sink of each project has come.
 * Moving a position is a compare and set in the caller's transaction: its row lock keeps a second
 * writer out until the commit, and after it the second writer's comparison fails.
 */
final class PostgresPositions {
  private final Connection connection;
  private final String project;
  private final String sink;
  private final String epoch;

  PostgresPositions(Connection connection, SinkContext context) {
    this.connection = connection;
    this.project = context.project();
    this.sink = context.sink();
    this.epoch = context.epoch();
  }

  /** Creates the table where it is missing. Others must be kept from doing the same. */
  void createTable() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // IF NOT EXISTS asks for the right to create even where there is nothing to create.
      try (ResultSet found =
          statement.executeQuery(
              "SELECT to_regnamespace('millrace') IS NULL, to_regclass('millrace.positions') IS NULL")) {
        found.next();
        boolean noSchema = found.getBoolean(1);
        if (!found.getBoolean(2)) {
          return;
        }
        if (noSchema) {
          statement.execute("CREATE SCHEMA millrace");
        }
      }
      statement.execute(
          """
          CREATE TABLE millrace.positions (
            project text NOT NULL,
            sink text NOT NULL,
            epoch text NOT NULL,
            sequence bigint NOT NULL,
            updated_at timestamp with time zone NOT NULL DEFAULT now(),
            PRIMARY KEY (project, sink))""");
    }
  }

  /** What the table holds for this sink. */
  Optional<SinkPosition> read() throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT epoch, sequence FROM millrace.positions WHERE project = ? AND sink = ?")) {
      select.setString(1, project);
      select.setString(2, sink);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(new SinkPosition(row.getString(1), row.getLong(2)))
            : Optional.empty();
      }
    }
  }

  /**
   * Moves the position to {@code sequence} if it still is what the caller believes.
   *
   * @param expected the position as last read or written; null if there was none
   * @return false if another writer has moved it
   */
  boolean advance(@Nullable SinkPosition expected, long sequence) throws SQLException {
    String sql =
        expected == null
            ? "INSERT INTO millrace.positions (sequence, project, sink, epoch) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT (project, sink) DO NOTHING"
            : "UPDATE millrace.positions SET sequence = ?, updated_at = clock_timestamp()"
                + " WHERE project = ? AND sink = ? AND epoch = ? AND sequence = ?";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setLong(1, sequence);
      update.setString(2, project);
      update.setString(3, sink);
      update.setString(4, epoch);
      if (expected != null) {
        update.setLong(5, expected.sequence());
      }
      return update.executeUpdate() == 1;
    }
  }

  /** Forgets the position of this sink, whatever its epoch. */
  void delete() throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM millrace.positions WHERE project = ? AND sink = ?")) {
      delete.setString(1, project);
      delete.setString(2, sink);
      delete.executeUpdate();
    }
  }
}
