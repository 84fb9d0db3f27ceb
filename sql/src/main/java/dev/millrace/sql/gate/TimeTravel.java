package dev.millrace.sql.gate;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.DataType;
import dev.millrace.sql.VersionClause;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a query reads of earlier versions. A version is an expression, which is judged and run
 * as a query of its own before.
 */
final class TimeTravel {
  private final Connection connection;
  private final Map<String, DataType> parameters;
  private final TableVersions.Reading versions;
  private final Evaluation evaluation;

  /** Runs a query of one value. */
  @FunctionalInterface
  interface Evaluation {
    /** The value; empty if it is not known before the query runs. */
    Optional<QueryResult> run(GatedQuery query);
  }

  TimeTravel(
      Connection connection,
      Map<String, DataType> parameters,
      TableVersions.Reading versions,
      Evaluation evaluation) {
    this.connection = connection;
    this.parameters = parameters;
    this.versions = versions;
    this.evaluation = evaluation;
  }

  /**
   * What to write behind FROM.
   *
   * @param table the table's name, part by part
   * @param place of the text that the clause is in
   */
  String relation(VersionClause clause, List<String> table, QueryPlace place) throws SQLException {
    boolean isTime = clause.unit() == VersionClause.Unit.TIMESTAMP;
    String before = "SELECT CAST((";
    String sql = before + clause.expression() + ") AS " + (isTime ? "TIMESTAMPTZ)" : "BIGINT)");
    int shift = clause.expressionAt() - before.length();
    int end = clause.expressionAt() + clause.expression().length();
    QueryPlace own =
        (offset, length) ->
            place.locate(
                Math.max(clause.expressionAt(), Math.min(end, offset + shift)),
                Math.min(length, clause.expression().length()));
    Optional<QueryResult> found =
        evaluation.run(QueryGate.judge(connection, sql, parameters, own, this));
    SourceLocation where = place.locate(clause.start(), clause.end() - clause.start());
    // A query that is only checked is as good with the newest version.
    Object value = found.isPresent() ? only(found.get()) : Instant.MAX;
    if (value == null) {
      throw new StopException(
          Problem.error(
              GateError.QUERY_SYNTAX,
              where,
              "the version of `" + String.join(".", table) + "` is null",
              "write AT (VERSION => 3) or AT (TIMESTAMP => now() - INTERVAL 1 DAY)"),
          null);
    }
    try {
      return value instanceof Instant at
          ? versions.relation(table, at)
          : versions.relation(table, ((Number) value).longValue());
    } catch (StopException e) {
      throw new StopException(placed(e, where), e);
    } catch (RetryException e) {
      throw new RetryException(placed(e, where), e);
    }
  }

  private static @Nullable Object only(QueryResult result) {
    List<List<@Nullable Object>> rows = result.rows();
    return rows.isEmpty() ? null : rows.get(0).get(0);
  }

  private static Problem placed(MillraceException e, SourceLocation where) {
    Problem problem = e.problems().get(0);
    return problem.where() != null
        ? problem
        : Problem.error(problem.code(), where, problem.message(), problem.hint());
  }
}
