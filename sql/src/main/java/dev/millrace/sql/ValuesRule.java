package dev.millrace.sql;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.sql.Step.Blame;
import java.util.List;
import java.util.Set;

/** The delta of constant rows: they are there from the first batch on. */
final class ValuesRule {
  private ValuesRule() {}

  static Delta plan(ProgramBuilder program, Values values, Set<String> needed) {
    Schema schema =
        new Schema(List.of(new Column("given", new DataType.Scalar(DataType.Kind.BOOLEAN))));
    StateTable state =
        program.keptState(
            "constants", schema, List.of("given"), "that constant rows have been given", "one row");
    String probe = program.make("constants_given", "SELECT true AS \"given\"", Blame.STATE);
    String before = program.slice(state, "constants_before", probe, List.of("given"));
    String first = " WHERE NOT EXISTS (SELECT 1 FROM " + before + ")";
    program.append(state, "SELECT \"given\" FROM " + probe + first);
    String from =
        "(SELECT "
            + Sql.leading(Planner.own(values, needed))
            + "CAST(1 AS TINYINT) AS _w FROM "
            + values.sql()
            + first
            + ")";
    return new Delta(from, false, false, true, false);
  }
}
