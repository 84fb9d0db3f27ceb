package dev.millrace.engine.batch;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The columns of a query, as tables of the lake can have them. */
final class QueryColumns {
  private QueryColumns() {}

  static Schema of(Connection connection, String select) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("DESCRIBE " + select)) {
      while (row.next()) {
        String name = row.getString(1);
        String type = row.getString(2);
        Optional<DataType> known =
            type.equals("\"NULL\"") ? DataTypeParser.parse("INTEGER") : DataTypeParser.parse(type);
        columns.add(
            new Column(
                name,
                known.orElseThrow(
                    () ->
                        new StopException(
                            Problem.error(
                                BatchError.LAKE_COLUMN,
                                null,
                                "column `" + name + "` is a " + type + ", which the lake has not",
                                "cast it in the query, such as to VARCHAR"),
                            null))));
      }
    }
    return new Schema(columns);
  }
}
