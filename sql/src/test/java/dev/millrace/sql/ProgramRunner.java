package dev.millrace.sql;

import static dev.millrace.api.type.Identifier.quote;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Schema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Runs a program on DuckDB by the letter of {@link Step}, with plain scans and no indexes. */
final class ProgramRunner {
  private final Connection connection;
  private final StreamProgram program;
  private final Map<String, Long> nanos = new HashMap<>();
  private long statements;

  ProgramRunner(Connection connection, StreamProgram program) throws SQLException {
    this.connection = connection;
    this.program = program;
    execute("CREATE SCHEMA IF NOT EXISTS state");
    execute("CREATE SCHEMA IF NOT EXISTS published");
    for (StateTable state : program.states()) {
      execute(
          "CREATE TABLE state."
              + quote(state.name())
              + " ("
              + columns(state.schema())
              + ", _n BIGINT DEFAULT nextval('rows'))");
    }
    Relation output = program.output();
    List<Column> all = new ArrayList<>(output.schema().columns());
    all.addAll(output.hidden().columns());
    execute("CREATE TABLE " + published() + " (" + columns(new Schema(all)) + ")");
    execute(
        "CREATE VIEW "
            + quote(output.name())
            + " AS SELECT "
            + names(output.schema().names())
            + " FROM "
            + published());
  }

  StreamProgram program() {
    return program;
  }

  /** Time by step, in nanoseconds. */
  Map<String, Long> nanos() {
    return nanos;
  }

  long statements() {
    return statements;
  }

  private String published() {
    return "published." + quote(program.output().name());
  }

  private static String columns(Schema schema) {
    return schema.columns().stream()
        .map(c -> quote(c.name()) + " " + c.type())
        .collect(Collectors.joining(", "));
  }

  private static String names(List<String> names) {
    return names.stream().map(n -> quote(n)).collect(Collectors.joining(", "));
  }

  /** One batch; the deltas of the inputs stand ready. */
  void run(boolean forget) throws SQLException {
    for (Step step : program.steps()) {
      if (step instanceof Step.Forget && !forget) {
        continue;
      }
      long start = System.nanoTime();
      run(step);
      nanos.merge(label(step), System.nanoTime() - start, Long::sum);
    }
  }

  private static String label(Step step) {
    if (step instanceof Step.Make make) {
      return "make " + make.table();
    } else if (step instanceof Step.Slice slice) {
      return "slice " + slice.table();
    } else if (step instanceof Step.Append append) {
      return "append " + append.state();
    } else if (step instanceof Step.Remove remove) {
      return "remove " + remove.state();
    } else if (step instanceof Step.Take take) {
      return "take " + take.state();
    }
    return "forget " + ((Step.Forget) step).state();
  }

  private void make(String table, String select) throws SQLException {
    execute("CREATE OR REPLACE TEMP TABLE " + quote(table) + " AS " + select);
  }

  private void run(Step step) throws SQLException {
    if (step instanceof Step.Make make) {
      make(make.table(), make.select());
    } else if (step instanceof Step.Append append) {
      StateTable state = state(append.state());
      execute(
          "INSERT INTO state."
              + quote(append.state())
              + " ("
              + names(state.schema().names())
              + ") "
              + append.select());
    } else if (step instanceof Step.Slice slice) {
      StateTable state = state(slice.state());
      StringBuilder on = new StringBuilder();
      for (int i = 0; i < state.key().size(); i++) {
        on.append(i == 0 ? "" : " AND ").append("s.").append(quote(state.key().get(i)));
        on.append(" IS NOT DISTINCT FROM p.").append(quote(slice.probeKey().get(i)));
      }
      make(
          slice.table(),
          "SELECT s.* FROM state."
              + quote(slice.state())
              + " s SEMI JOIN "
              + quote(slice.probe())
              + " p ON "
              + on);
    } else if (step instanceof Step.Remove remove) {
      execute(
          "DELETE FROM state." + quote(remove.state()) + " WHERE _n IN (" + remove.select() + ")");
    } else if (step instanceof Step.Take take) {
      make(
          take.table(),
          "SELECT * FROM state."
              + quote(take.state())
              + " WHERE "
              + quote(take.column())
              + " < "
              + take.before());
    } else if (step instanceof Step.Forget forget) {
      execute(
          "DELETE FROM state."
              + quote(forget.state())
              + " WHERE "
              + quote(forget.column())
              + " < "
              + forget.before());
    }
  }

  private StateTable state(String name) {
    return program.states().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  /** Applies the output's delta to the published table, after checking what it promises. */
  void publish() throws SQLException {
    Relation output = program.output();
    String delta = quote(output.delta());
    String identity = names(output.identity());
    List<String> all = new ArrayList<>(output.schema().names());
    all.addAll(output.hidden().names());
    String names = names(all);
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
        "SELECT " + identity + ", _w FROM " + delta + " GROUP BY ALL HAVING count(*) > 1");
    expectNone(none);
    output
        .watermarks()
        .forEach(
            (column, mark) -> {
              // Checked against the watermark before the batch: this batch is a later change.
              marks.put(column, mark);
            });
    apply();
    none.clear();
    none.put(
        "an identity twice",
        "SELECT " + identity + " FROM " + published() + " GROUP BY ALL HAVING count(*) > 1");
    if (!output.lasting().isEmpty()) {
      String lasting = names(List.copyOf(output.lasting()));
      none.put(
          "lasting values that are gone",
          "SELECT "
              + lasting
              + " FROM "
              + delta
              + " WHERE _w < 0 EXCEPT SELECT "
              + lasting
              + " FROM "
              + published());
    }
    expectNone(none);
  }

  /** Applies the output's delta to the published table. */
  void apply() throws SQLException {
    Relation output = program.output();
    String delta = quote(output.delta());
    List<String> all = new ArrayList<>(output.schema().names());
    all.addAll(output.hidden().names());
    String names = names(all);
    String same =
        output.identity().stream()
            .map(c -> "t." + quote(c) + " IS NOT DISTINCT FROM d." + quote(c))
            .collect(Collectors.joining(" AND "));
    execute(
        "DELETE FROM "
            + published()
            + " t USING (SELECT * FROM "
            + delta
            + " WHERE _w < 0) d WHERE "
            + same);
    execute(
        "INSERT INTO "
            + published()
            + " ("
            + names
            + ") SELECT "
            + names
            + " FROM "
            + delta
            + " WHERE _w > 0");
  }

  private final Map<String, String> marks = new HashMap<>();

  /** Call with the variables as they were before the batch, after {@link #publish}. */
  void checkWatermarks() throws SQLException {
    Map<String, String> none = new LinkedHashMap<>();
    for (Map.Entry<String, String> mark : marks.entrySet()) {
      none.put(
          "a change behind the watermark of " + mark.getKey(),
          "SELECT * FROM "
              + quote(program.output().delta())
              + " WHERE "
              + quote(mark.getKey())
              + " < "
              + mark.getValue());
    }
    expectNone(none);
  }

  /** Fails if one of the queries, by what their rows would be, returns a row. */
  private void expectNone(Map<String, String> queries) throws SQLException {
    if (queries.isEmpty()) {
      return;
    }
    List<String> selects = new ArrayList<>();
    queries.forEach(
        (what, query) ->
            selects.add(
                "SELECT '"
                    + what
                    + "' AS what, CAST(q AS VARCHAR) AS found FROM ("
                    + query
                    + ") q"));
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(String.join(" UNION ALL ", selects))) {
      if (rows.next()) {
        throw new AssertionError(
            program.output().name() + ": " + rows.getString(1) + ": " + rows.getString(2));
      }
    }
  }

  private void execute(String sql) throws SQLException {
    statements++;
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new SQLException(e.getMessage() + "\nin " + sql, e);
    }
  }
}
