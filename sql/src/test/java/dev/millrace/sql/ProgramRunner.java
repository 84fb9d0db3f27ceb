package dev.millrace.sql;

import static dev.millrace.api.type.Identifier.quote;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program on DuckDB by the letter of {@link Step}, with plain scans and no indexes: one
 * statement after the other, or all of them as one, as the engine runs small batches. All tables
 * are made at the beginning, so that statements are planned once.
 */
final class ProgramRunner {
  private final Connection connection;
  private final StreamProgram program;
  private final StepSql sql;
  private final boolean planned;
  private final List<MarkedStatement> steps = new ArrayList<>();
  private final List<MarkedStatement> forgets = new ArrayList<>();
  private final MarkedStatement afterwards;

  /**
   * A runner of one program.
   *
   * @param whole whether all steps are one statement; DuckDB does not optimize it then
   */
  ProgramRunner(Connection connection, StreamProgram program, boolean whole) throws SQLException {
    this.connection = connection;
    this.program = program;
    this.sql = new StepSql(program);
    this.planned = whole;
    for (String table : sql.tables(whole)) {
      execute(table);
    }
    if (whole) {
      steps.add(statement(sql.whole(none(promises()), applying())));
    } else {
      sql.stepwise().forEach(step -> steps.add(statement(step)));
      String broken = "INSERT INTO broken SELECT what || ': ' || found FROM (";
      steps.add(statement(broken + none(promises()) + ")"));
      applying().forEach(step -> steps.add(statement(step)));
    }
    sql.forgets().forEach(step -> forgets.add(statement(step)));
    String bag = "(SELECT [count(*)::HUGEINT, sum(hash(q))::HUGEINT] FROM ";
    // A query run once is optimized.
    afterwards =
        new MarkedStatement(
            connection,
            "SELECT "
                + bag
                + "("
                + program.batchSql()
                + ") q) IS NOT DISTINCT FROM "
                + bag
                + quote(program.output().name())
                + " q), (SELECT min(what) FROM (SELECT * FROM broken UNION ALL"
                + " SELECT what || ': ' || found FROM ("
                + none(afterwards())
                + ")))",
            false);
  }

  StreamProgram program() {
    return program;
  }

  private String published() {
    return "published." + quote(program.output().name());
  }

  private MarkedStatement statement(String sql) {
    return new MarkedStatement(connection, sql, planned);
  }

  /**
   * One batch; the deltas of the inputs stand ready.
   *
   * @param marks the watermarks by variable after the batch, and behind {@code before_} before it
   */
  void run(boolean forget, Map<String, String> marks) throws SQLException {
    for (MarkedStatement step : steps) {
      step.execute(marks);
    }
    if (forget) {
      for (MarkedStatement step : forgets) {
        step.execute(marks);
      }
    }
  }

  /** What the output promises about a batch's delta, as queries that return no row. */
  private Map<String, String> promises() {
    Relation output = program.output();
    String delta = quote(output.delta());
    String names = allNames();
    Map<String, String> none = new LinkedHashMap<>();
    none.put("a weight other than 1 and -1", "SELECT * FROM " + delta + " WHERE abs(_w) <> 1");
    if (output.appendOnly()) {
      none.put("a retraction", "SELECT * FROM " + delta + " WHERE _w < 0");
    } else {
      none.put(
          "a retraction of a row that is not there",
          "SELECT "
              + names
              + " FROM "
              + delta
              + " WHERE _w < 0 EXCEPT SELECT "
              + names
              + " FROM "
              + published());
      none.put(
          "a change that changes nothing",
          "SELECT " + names + " FROM " + delta + " GROUP BY ALL HAVING count(*) > 1");
    }
    none.put(
        "an identity twice with one weight",
        "SELECT "
            + StepSql.names(output.identity())
            + ", _w FROM "
            + delta
            + " GROUP BY ALL HAVING count(*) > 1");
    // The batch itself is a later change than those that the watermark before it spoke of.
    output
        .watermarks()
        .forEach(
            (column, mark) ->
                none.put(
                    "a change behind the watermark of " + column,
                    "SELECT * FROM "
                        + delta
                        + " WHERE "
                        + quote(column)
                        + " < "
                        + mark.replace("'wm_", "'before_wm_")));
    return none;
  }

  /** What it promises about the published rows then. */
  private Map<String, String> afterwards() {
    Relation output = program.output();
    Map<String, String> none = new LinkedHashMap<>();
    none.put(
        "an identity twice",
        "SELECT "
            + StepSql.names(output.identity())
            + " FROM "
            + published()
            + " GROUP BY ALL HAVING count(*) > 1");
    if (!output.lasting().isEmpty() && !output.appendOnly()) {
      String lasting = StepSql.names(List.copyOf(output.lasting()));
      none.put(
          "lasting values that are gone",
          "SELECT "
              + lasting
              + " FROM "
              + quote(output.delta())
              + " WHERE _w < 0 EXCEPT SELECT "
              + lasting
              + " FROM "
              + published());
    }
    return none;
  }

  private String allNames() {
    List<String> all = new ArrayList<>(program.output().schema().names());
    all.addAll(program.output().hidden().names());
    return StepSql.names(all);
  }

  private List<String> applying() {
    Relation output = program.output();
    String delta = quote(output.delta());
    String names = allNames();
    String equal =
        output.identity().stream()
            .map(c -> "t." + quote(c) + " IS NOT DISTINCT FROM d." + quote(c))
            .collect(Collectors.joining(" AND "));
    String insert =
        "INSERT INTO "
            + published()
            + " ("
            + names
            + ") SELECT "
            + names
            + " FROM "
            + delta
            + " WHERE _w > 0";
    if (output.appendOnly()) {
      return List.of(insert);
    }
    String delete =
        "DELETE FROM "
            + published()
            + " t USING (SELECT * FROM "
            + delta
            + " WHERE _w < 0) d WHERE "
            + equal;
    return List.of(delete, insert);
  }

  /**
   * Checks what the published rows promise, and compares them with the query's.
   *
   * @return true if they are equal bit by bit; doubles may be off a little and yet right
   */
  boolean certainlyEqualsQuery(Map<String, String> marks) throws SQLException {
    List<@Nullable String> row = afterwards.firstRow(marks);
    if (row.get(1) != null) {
      throw new AssertionError(program.output().name() + ": " + row.get(1));
    }
    return Boolean.parseBoolean(row.get(0));
  }

  private static String none(Map<String, String> queries) {
    List<String> selects = new ArrayList<>();
    queries.forEach(
        (what, query) ->
            selects.add(
                "SELECT '"
                    + what
                    + "' AS what, CAST(q AS VARCHAR) AS found FROM ("
                    + query
                    + ") q"));
    return String.join(" UNION ALL ", selects);
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new SQLException(e.getMessage() + "\nin " + sql, e);
    }
  }
}
