package dev.millrace.sql;

import static dev.millrace.api.type.Identifier.quote;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The steps of a program as SQL over DuckDB's tables. */
final class StepSql {
  private final StreamProgram program;

  StepSql(StreamProgram program) {
    this.program = program;
  }

  static String names(List<String> names) {
    return names.stream().map(n -> quote(n)).collect(Collectors.joining(", "));
  }

  private static String columns(Schema schema) {
    return schema.columns().stream()
        .map(c -> quote(c.name()) + " " + c.type())
        .collect(Collectors.joining(", "));
  }

  /** Statements that make the tables; one for each relation if the steps run one by one. */
  List<String> tables(boolean whole) {
    List<String> tables = new ArrayList<>();
    for (StateTable state : program.states()) {
      tables.add(
          "CREATE TABLE state."
              + quote(state.name())
              + " ("
              + columns(state.schema())
              + ", _n BIGINT DEFAULT nextval('rows'))");
    }
    Relation output = program.output();
    List<Column> all = new ArrayList<>(output.schema().columns());
    all.addAll(output.hidden().columns());
    String columns = columns(new Schema(all));
    String published = "published." + quote(output.name());
    tables.add("CREATE TABLE " + published + " (" + columns + ")");
    tables.add(
        "CREATE VIEW "
            + quote(output.name())
            + " AS SELECT "
            + names(output.schema().names())
            + " FROM "
            + published);
    if (whole) {
      tables.add("CREATE TABLE " + quote(output.delta()) + " (" + columns + ", _w TINYINT)");
    } else {
      for (Step step : program.steps()) {
        if (!table(step).isEmpty()) {
          tables.add("CREATE TABLE " + quote(table(step)) + " AS " + select(step) + " LIMIT 0");
        }
      }
    }
    return tables;
  }

  /** The steps but those that only forget, one by one. */
  List<String> stepwise() {
    List<String> statements = new ArrayList<>();
    for (Step step : program.steps()) {
      if (!table(step).isEmpty()) {
        statements.add("DELETE FROM " + quote(table(step)));
        statements.add("INSERT INTO " + quote(table(step)) + " " + select(step));
      } else if (!(step instanceof Step.Forget)) {
        statements.add(write(step));
      }
    }
    return statements;
  }

  /** The steps that only forget. */
  List<String> forgets() {
    return program.steps().stream()
        .filter(step -> step instanceof Step.Forget)
        .map(this::write)
        .toList();
  }

  /**
   * The steps but those that only forget as one statement: all reads of tables, a barrier that
   * depends on them, then the writes in order. The recursive expression makes DuckDB run every
   * other one to its end before those that read it.
   *
   * @param promises a query whose rows go to the table {@code broken}
   * @param more what to write besides, at the end
   */
  String whole(String promises, List<String> more) {
    List<String> relations = new ArrayList<>();
    List<String> reads = new ArrayList<>();
    List<String> writes = new ArrayList<>();
    String output = quote(program.output().delta());
    for (Step step : program.steps()) {
      if (!table(step).isEmpty()) {
        relations.add(quote(table(step)) + " AS MATERIALIZED (" + select(step) + ")");
        reads.add(quote(table(step)));
      } else if (!(step instanceof Step.Forget)) {
        writes.add(write(step));
      }
    }
    relations.add("_promises AS MATERIALIZED (" + promises + ")");
    reads.add("_promises");
    // With its schema it is the table, else the relation of this statement.
    writes.add("DELETE FROM main." + output);
    writes.add("INSERT INTO main." + output + " SELECT * FROM " + output);
    writes.add("INSERT INTO broken SELECT what || ': ' || found FROM _promises");
    writes.addAll(more);
    StringBuilder text = new StringBuilder("WITH ").append(String.join(",\n", relations));
    text.append(",\n_read AS MATERIALIZED (SELECT 0");
    reads.forEach(read -> text.append(" + (SELECT count(*) FROM ").append(read).append(')'));
    text.append(" AS n),\n_barrier AS (INSERT INTO barrier SELECT n FROM _read WHERE n < 0)");
    for (int i = 0; i < writes.size(); i++) {
      text.append(",\n_write").append(i).append(" AS (").append(writes.get(i)).append(')');
    }
    text.append(",\n_whole AS (WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r");
    text.append(" WHERE i < 1) SELECT i FROM r)\nSELECT i FROM _whole");
    return text.toString();
  }

  /** The relation that a step makes, or nothing. */
  private static String table(Step step) {
    if (step instanceof Step.Make make) {
      return make.table();
    } else if (step instanceof Step.Slice slice) {
      return slice.table();
    }
    return step instanceof Step.Take take ? take.table() : "";
  }

  private String select(Step step) {
    if (step instanceof Step.Make make) {
      return "SELECT * FROM (" + make.select() + ")";
    } else if (step instanceof Step.Take take) {
      return "SELECT * FROM state."
          + quote(take.state())
          + " WHERE "
          + quote(take.column())
          + " < "
          + take.before();
    }
    Step.Slice slice = (Step.Slice) step;
    StateTable state = state(slice.state());
    StringBuilder on = new StringBuilder();
    for (int i = 0; i < state.key().size(); i++) {
      on.append(i == 0 ? "" : " AND ").append("s.").append(quote(state.key().get(i)));
      on.append(" IS NOT DISTINCT FROM p.").append(quote(slice.probeKey().get(i)));
    }
    return "SELECT s.* FROM state."
        + quote(slice.state())
        + " s SEMI JOIN "
        + quote(slice.probe())
        + " p ON "
        + on;
  }

  private String write(Step step) {
    if (step instanceof Step.Append append) {
      return "INSERT INTO state."
          + quote(append.state())
          + " ("
          + names(state(append.state()).schema().names())
          + ") "
          + append.select();
    } else if (step instanceof Step.Remove remove) {
      return "DELETE FROM state."
          + quote(remove.state())
          + " WHERE _n IN ("
          + remove.select()
          + ")";
    }
    Step.Forget forget = (Step.Forget) step;
    return "DELETE FROM state."
        + quote(forget.state())
        + " WHERE "
        + quote(forget.column())
        + " < "
        + forget.before();
  }

  private StateTable state(String name) {
    return program.states().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }
}
