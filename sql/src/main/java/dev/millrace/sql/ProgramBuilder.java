package dev.millrace.sql;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Collects the steps and states of one program, and names them. */
final class ProgramBuilder {
  private final Compilation compilation;
  private final String stream;
  private final Names labels = new Names();
  private final List<Step> steps = new ArrayList<>();
  private final List<Step> stores = new ArrayList<>();
  private final List<Step.Forget> forgets = new ArrayList<>();
  private final List<StateTable> states = new ArrayList<>();

  /** True while rows are planned that are made of tables alone, which builds bound. */
  private boolean ofTables;

  ProgramBuilder(Compilation compilation, String stream) {
    this.compilation = compilation;
    this.stream = stream;
  }

  Compilation compilation() {
    return compilation;
  }

  /** Makes a relation and returns its name, quoted. */
  String make(String label, String select, Blame blame) {
    String table = fresh(label);
    steps.add(new Step.Make(table, select, blame));
    return Identifier.quote(table);
  }

  void makeOutput(String table, String select, Blame blame) {
    steps.add(new Step.Make(table, select, blame));
  }

  /** Does something about rows that are made of tables alone, or are not. */
  <T> T within(boolean tables, Supplier<T> work) {
    boolean before = ofTables;
    ofTables = tables;
    try {
      return work.get();
    } finally {
      ofTables = before;
    }
  }

  /** Declares a state whose rows are needed until a column is before an instant. */
  StateTable state(
      String label,
      List<Field> fields,
      List<String> key,
      String text,
      Optional<JoinTimes.Bound> bound,
      String cure) {
    List<Column> columns = new ArrayList<>();
    for (Field field : fields) {
      columns.add(new Column(field.name(), type(field)));
    }
    String name = fresh(label);
    boolean bounded = ofTables || (bound.isPresent() && !bound.get().partial());
    String reason =
        bound
            .map(ProgramBuilder::describe)
            .orElse(ofTables ? "as large as the table" : "kept for ever: " + cure);
    StateTable state = new StateTable(name, new Schema(columns), key, text, reason, bounded);
    states.add(state);
    bound.ifPresent(b -> forgets.add(new Step.Forget(name, b.column(), b.before())));
    return state;
  }

  private static String describe(JoinTimes.Bound bound) {
    String forgotten =
        "forgotten once its " + bound.column() + " is " + Watermarks.describe(bound.before());
    return bound.partial()
        ? "kept for ever in GROUPING SETS without "
            + bound.column()
            + ", in others "
            + forgotten
            + "; add it to each set"
        : forgotten;
  }

  /** Declares a state that is bounded by what it is. */
  StateTable keptState(String label, Schema schema, List<String> key, String text, String bound) {
    StateTable state = new StateTable(fresh(label), schema, key, text, bound, true);
    states.add(state);
    return state;
  }

  /** The rows of a state for the keys in a relation; returns the name of theirs, quoted. */
  String slice(StateTable state, String label, String probe, List<String> probeKey) {
    String table = fresh(label);
    steps.add(new Step.Slice(table, state.name(), unquote(probe), probeKey));
    return Identifier.quote(table);
  }

  /** Changes the state once everything has been read. */
  void append(StateTable state, String select) {
    stores.add(new Step.Append(state.name(), select));
  }

  /** Changes the state once everything has been read. */
  void remove(StateTable state, String select) {
    stores.add(new Step.Remove(state.name(), select));
  }

  /** The rows of a state that the batch finds behind a bound; the program has to remove them. */
  String take(StateTable state, String label, JoinTimes.Bound bound) {
    String table = fresh(label);
    forgets.removeIf(step -> step.state().equals(state.name()));
    steps.add(new Step.Take(table, state.name(), bound.column(), bound.before()));
    return Identifier.quote(table);
  }

  /** Makes a table of a delta that is read several times, unless that would cost more. */
  Delta table(Delta delta, String label, Collection<String> columns) {
    if (delta.table() || delta.cheap()) {
      return delta;
    }
    String select = "SELECT " + Sql.leading(columns) + "_w FROM " + delta.from();
    String table = make(label, select, delta.blame());
    return new Delta(table, true, true, delta.consolidated(), delta.stateful());
  }

  /** The delta with at most one row for each identity and weight, and none that changes nothing. */
  static Delta consolidate(Delta delta, Collection<String> columns) {
    if (delta.consolidated()) {
      return delta;
    }
    String from =
        "(SELECT "
            + Sql.leading(columns)
            + "CAST(sum(_w) AS TINYINT) AS _w FROM "
            + delta.from()
            + Sql.groupBy(columns)
            + " HAVING sum(_w) <> 0)";
    return new Delta(from, false, false, true, delta.stateful());
  }

  List<Step> steps() {
    List<Step> all = new ArrayList<>(steps);
    all.addAll(stores);
    all.addAll(forgets);
    return all;
  }

  List<StateTable> states() {
    return states;
  }

  private String fresh(String label) {
    return labels.fresh(stream + "__" + label);
  }

  private static String unquote(String name) {
    return name.substring(1, name.length() - 1).replace("\"\"", "\"");
  }

  /** The field's type in our vocabulary; a problem if it has none. */
  DataType type(Field field) {
    return DataTypeParser.parse(field.type())
        .orElseGet(
            () -> {
              compilation
                  .findings()
                  .add(
                      compilation.written(field),
                      SqlCode.SQL_TYPE,
                      "`"
                          + compilation.told(compilation.written(field))
                          + "` has the type "
                          + field.type()
                          + ", which streams cannot hold",
                      "cast it, for example to VARCHAR");
              return new DataType.Scalar(DataType.Kind.VARCHAR);
            });
  }
}
