package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lets DuckDB bind what a stream will run, its program and its batch query, over empty tables: SQL
 * that is not right is then found when the project is checked, and not when it runs.
 */
final class Binding {
  private final DuckDb duck;
  private final Findings findings;

  /** Over the tables that {@link DuckDb#createInputs} has made. */
  Binding(DuckDb duck, Findings findings) {
    this.duck = duck;
    this.findings = findings;
  }

  /** Tells what does not bind. */
  void check(StreamProgram program) {
    bind(program.batchSql());
    bind(whole(program));
  }

  private void bind(String sql) {
    try {
      duck.describe(Watermarks.VARIABLE.matcher(sql).replaceAll("CAST(NULL AS TIMESTAMPTZ)"));
    } catch (SQLException e) {
      refuse(findings, DuckDb.details(e));
    }
  }

  /**
   * Tells that the stream would not have the columns of its query.
   *
   * @param described the columns that DuckDB gives the query as it is written
   */
  void compare(StreamProgram program, List<DuckDb.Described> described) {
    List<String> wanted = new ArrayList<>();
    List<String> made = new ArrayList<>();
    for (DuckDb.Described column : described) {
      Object type = DataTypeParser.parse(column.type()).map(Object.class::cast).orElse("?");
      wanted.add(compared(column.name()) + " " + type);
    }
    for (Column column : program.output().schema().columns()) {
      made.add(compared(column.name()) + " " + column.type());
    }
    if (!made.equals(wanted)) {
      refuse(
          findings,
          "its columns are " + String.join(", ", wanted) + ", not " + String.join(", ", made));
    }
  }

  /**
   * DuckDB names a column as its table does, whatever case the query has. What nobody has named is
   * called by its text, in which we settle orders.
   */
  private static String compared(String name) {
    return name.contains("(") ? "(...)" : name.toLowerCase(Locale.ROOT);
  }

  /** Tells that a right query became SQL that is not right. */
  static void refuse(Findings findings, JsonNode details) {
    refuse(findings, details.path("exception_message").asText());
  }

  private static void refuse(Findings findings, String message) {
    findings.add(
        new SqlProblem(
            0,
            0,
            "Millrace has no program for this query, by a fault of its own: "
                + message.lines().findFirst().orElse(message),
            "please report it; until it is mended write the query in another way, or use"
                + " `materialized='view'`",
            SqlCode.SQL_INTERNAL));
  }

  /** All steps as one query: a relation each, and a number over the rows of all. */
  private static String whole(StreamProgram program) {
    List<String> relations = new ArrayList<>();
    List<String> reads = new ArrayList<>();
    for (Relation input : program.inputs()) {
      List<Column> columns = new ArrayList<>(input.schema().columns());
      columns.addAll(input.hidden().columns());
      relations.add(relation(input.delta(), empty(columns) + "CAST(1 AS TINYINT) AS _w"));
    }
    for (StateTable state : program.states()) {
      String columns = empty(state.schema().columns());
      relations.add(relation(state.name(), columns + "CAST(0 AS BIGINT) AS _n"));
    }
    for (Step step : program.steps()) {
      String table = table(step);
      if (table != null) {
        relations.add(Identifier.quote(table) + " AS MATERIALIZED (" + select(step, program) + ")");
      }
      reads.add(table != null ? Identifier.quote(table) : "(" + select(step, program) + ")");
    }
    StringBuilder query = new StringBuilder("WITH ").append(String.join(",\n", relations));
    query.append("\nSELECT 0");
    reads.forEach(read -> query.append(" + (SELECT count(*) FROM ").append(read).append(')'));
    return query.toString();
  }

  private static String relation(String name, String list) {
    return Identifier.quote(name) + " AS MATERIALIZED (SELECT " + list + ")";
  }

  private static String empty(List<Column> columns) {
    StringBuilder list = new StringBuilder();
    for (Column column : columns) {
      list.append("CAST(NULL AS ").append(column.type()).append(") AS ");
      list.append(Identifier.quote(column.name())).append(", ");
    }
    return list.toString();
  }

  /** The relation that a step makes; null if it changes a state. */
  private static @Nullable String table(Step step) {
    if (step instanceof Step.Make make) {
      return make.table();
    } else if (step instanceof Step.Slice slice) {
      return slice.table();
    }
    return step instanceof Step.Take take ? take.table() : null;
  }

  private static String select(Step step, StreamProgram program) {
    if (step instanceof Step.Make make) {
      return make.select();
    } else if (step instanceof Step.Slice slice) {
      return slice(slice, program);
    } else if (step instanceof Step.Take take) {
      return before(take.state(), take.column(), take.before());
    } else if (step instanceof Step.Forget forget) {
      return before(forget.state(), forget.column(), forget.before());
    } else if (step instanceof Step.Append append) {
      StateTable state = state(append.state(), program);
      String stored = "SELECT " + Sql.leading(state.schema().names()) + "0 FROM ";
      return stored
          + Identifier.quote(state.name())
          + " UNION ALL SELECT *, 0 FROM ("
          + append.select()
          + ")";
    }
    return "SELECT n + 0 FROM (" + ((Step.Remove) step).select() + ") AS r(n)";
  }

  private static String slice(Step.Slice slice, StreamProgram program) {
    List<String> key = state(slice.state(), program).key();
    List<String> same = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      String probe = "p." + Identifier.quote(slice.probeKey().get(i));
      same.add("s." + Identifier.quote(key.get(i)) + " IS NOT DISTINCT FROM " + probe);
    }
    return "SELECT s.* FROM "
        + Identifier.quote(slice.state())
        + " AS s SEMI JOIN "
        + Identifier.quote(slice.probe())
        + " AS p ON "
        + String.join(" AND ", same);
  }

  private static String before(String state, String column, String before) {
    return "SELECT * FROM "
        + Identifier.quote(state)
        + " WHERE "
        + Identifier.quote(column)
        + " < "
        + before;
  }

  private static StateTable state(String name, StreamProgram program) {
    return program.states().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }
}
