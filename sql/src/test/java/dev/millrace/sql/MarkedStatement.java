package dev.millrace.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A statement that is prepared once; the watermarks that its text reads as variables are
 * parameters, a place of its own for each reading, so that DuckDB may keep its plan.
 */
final class MarkedStatement {
  private static final Pattern VARIABLE =
      Pattern.compile("getvariable\\('((?:before_)?wm_[^']*)'\\)");

  private final Connection connection;
  private final String sql;
  private final boolean planned;
  private final List<String> variables = new ArrayList<>();
  private @Nullable PreparedStatement prepared;

  /**
   * A statement that is prepared when it first runs.
   *
   * @param planned whether it is planned once and for all, without the optimizer: only such plans
   *     does DuckDB keep
   */
  MarkedStatement(Connection connection, String sql, boolean planned) {
    this.connection = connection;
    this.planned = planned;
    Matcher matcher = VARIABLE.matcher(sql);
    StringBuilder text = new StringBuilder();
    while (matcher.find()) {
      variables.add(matcher.group(1));
      matcher.appendReplacement(text, "CAST(nullif(?, '') AS TIMESTAMPTZ)");
    }
    this.sql = matcher.appendTail(text).toString();
  }

  private PreparedStatement prepare() throws SQLException {
    if (!planned) {
      return connection.prepareStatement(sql);
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET SESSION enable_optimizer = false");
      try {
        return connection.prepareStatement(sql);
      } finally {
        statement.execute("SET SESSION enable_optimizer = true");
      }
    }
  }

  private PreparedStatement bind(Map<String, String> marks) throws SQLException {
    if (prepared == null) {
      prepared = prepare();
    }
    for (int i = 0; i < variables.size(); i++) {
      prepared.setString(i + 1, marks.getOrDefault(variables.get(i), ""));
    }
    return prepared;
  }

  /**
   * Runs it.
   *
   * @param marks watermarks by variable; one that is missing is unknown yet
   */
  void execute(Map<String, String> marks) throws SQLException {
    try {
      bind(marks).execute();
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  /** The first row's columns as texts; empty if there is none. */
  List<@Nullable String> firstRow(Map<String, String> marks) throws SQLException {
    try (ResultSet rows = bind(marks).executeQuery()) {
      List<@Nullable String> row = new ArrayList<>();
      if (rows.next()) {
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          row.add(rows.getString(i));
        }
      }
      return row;
    } catch (SQLException e) {
      throw failure(e);
    }
  }

  private SQLException failure(SQLException e) {
    // The driver closes a statement that has failed.
    prepared = null;
    return new SQLException(e.getMessage() + "\nin " + sql, e);
  }
}
