package dev.millrace.sql.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.DataType;
import dev.millrace.sql.SqlProblem;
import dev.millrace.sql.SqlText;
import dev.millrace.sql.Windows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets a text through only if it is one SELECT that reads tables and views of the store and does
 * nothing else: no file, no setting, no environment, no sequence, no other catalog. A read-only
 * transaction is not enough for that, since DuckDB's still copies to files, reads them, attaches
 * databases and changes settings.
 *
 * <p>The judgement is over the tree that DuckDB's own parser makes, in which comments, quoting and
 * spelling have no part. What is not known to be harmless is refused. The result holds for the
 * transaction in which it was made, because a table that is dropped later might be taken for a file
 * of that name.
 */
final class QueryGate {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 100_000;

  private QueryGate() {}

  /**
   * Judges a query.
   *
   * @param connection to the store, inside the transaction in which the query will run
   * @param sql the text as the user wrote it
   * @param parameters what may be used as {@code $name}, with its type
   * @param travel finds earlier versions of tables
   * @throws StopException for what is refused, with the place
   */
  static GatedQuery judge(
      Connection connection,
      String sql,
      Map<String, DataType> parameters,
      QueryPlace place,
      TimeTravel travel)
      throws SQLException {
    List<SqlProblem> problems = new ArrayList<>();
    SqlText expanded = Windows.expandQuery(sql, problems);
    if (!problems.isEmpty()) {
      SqlProblem first = problems.get(0);
      SourceLocation where = place.locate(first.offset(), first.length());
      throw new StopException(
          Problem.error(GateError.QUERY_SYNTAX, where, first.message(), first.hint()), null);
    }
    QueryPlace own =
        expanded.text().equals(sql)
            ? place
            : (offset, length) -> place.locate(expanded.original(offset), length);
    SyntaxTree tree = parse(connection, expanded.text(), own);
    return new TreeJudge(tree, Catalog.of(connection), parameters, own, travel).judge();
  }

  private static SyntaxTree parse(Connection connection, String sql, QueryPlace place)
      throws SQLException {
    if (sql.length() > LONGEST || sql.indexOf('\0') >= 0) {
      throw stop(
          GateError.QUERY_SYNTAX_REFUSED,
          place,
          "a query has at most 100000 characters, none of them NUL",
          null);
    }
    JsonNode answer = serialize(connection, sql, place);
    if (answer.path("error").asBoolean(true)) {
      throw parseError(answer, sql, place);
    }
    JsonNode statements = answer.path("statements");
    if (statements.isEmpty()) {
      throw stop(GateError.QUERY_NOT_A_SELECT, place, "there is no query", "write a SELECT");
    }
    if (statements.size() > 1) {
      throw stop(
          GateError.QUERY_SEVERAL_STATEMENTS,
          place,
          "there are " + statements.size() + " statements",
          "run one SELECT at a time");
    }
    return new SyntaxTree(sql, statements.get(0));
  }

  private static JsonNode serialize(Connection connection, String sql, QueryPlace place)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT json_serialize_sql(?::VARCHAR, skip_null := true, skip_empty := true)")) {
      statement.setString(1, sql);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return JSON.readTree(rows.getString(1));
      }
    } catch (JsonProcessingException e) {
      throw stop(
          GateError.QUERY_SYNTAX_REFUSED,
          place,
          "the query is nested too deeply",
          "make it flatter");
    }
  }

  private static StopException parseError(JsonNode answer, String sql, QueryPlace place) {
    String message = answer.path("error_message").asText("the query cannot be read");
    if (answer.path("error_type").asText().equals("not implemented")) {
      return message.startsWith("Only SELECT")
          ? stop(
              GateError.QUERY_NOT_A_SELECT,
              place,
              "only a SELECT can be run here",
              "a query reads; change data through the project's models")
          : stop(GateError.QUERY_SYNTAX_REFUSED, place, message, null);
    }
    int offset = SyntaxTree.codeUnits(sql, answer.path("position").asInt(0));
    return new StopException(
        Problem.error(GateError.QUERY_SYNTAX, place.locate(offset, 0), message, null), null);
  }

  private static StopException stop(
      GateError code, QueryPlace place, String message, @Nullable String hint) {
    return new StopException(Problem.error(code, place.locate(0, 0), message, hint), null);
  }
}
