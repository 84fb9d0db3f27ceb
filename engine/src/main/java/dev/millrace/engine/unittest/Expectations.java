package dev.millrace.engine.unittest;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.unittest.PreparedTest.ExpectedRefusals;
import dev.millrace.engine.unittest.PreparedTest.ExpectedTable;
import dev.millrace.engine.unittest.PreparedTest.ExpectedWatermark;
import dev.millrace.engine.unittest.PreparedTest.Expects;
import dev.millrace.engine.unittest.TableDiff.Equality;
import dev.millrace.project.UnitTestSpec.Cell;
import dev.millrace.project.UnitTestSpec.Expectation;
import dev.millrace.project.UnitTestSpec.Expected;
import dev.millrace.project.UnitTestSpec.Refused;
import dev.millrace.project.UnitTestSpec.Row;
import dev.millrace.project.UnitTestSpec.Rows;
import dev.millrace.project.yaml.YamlNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks what a test expects, and types its values. */
final class Expectations {
  private static final Column WEIGHT = new Column("_w", scalar(Kind.INTEGER));

  /** Columns of refused records that can be expected. */
  static final Schema REFUSED =
      new Schema(
          List.of(
              new Column("source", scalar(Kind.VARCHAR)),
              new Column("partition", scalar(Kind.INTEGER)),
              new Column("offset", scalar(Kind.BIGINT)),
              new Column("reason", scalar(Kind.VARCHAR)),
              new Column("event_time", scalar(Kind.TIMESTAMPTZ)),
              new Column("value", scalar(Kind.VARCHAR))));

  private final String model;
  private final TestGraph graph;
  private final Workbench bench;
  private final List<Cast> fitting;
  private final Problems problems;

  Expectations(
      String model, TestGraph graph, Workbench bench, List<Cast> fitting, Problems problems) {
    this.model = model;
    this.graph = graph;
    this.bench = bench;
    this.fitting = fitting;
    this.problems = problems;
  }

  private static DataType scalar(Kind kind) {
    return new DataType.Scalar(kind);
  }

  Expects prepare(Expectation spec) {
    List<Column> withWeight = new ArrayList<>(List.of(WEIGHT));
    withWeight.addAll(graph.schema().columns());
    List<ExpectedRefusals> refusals = new ArrayList<>();
    spec.late().ifPresent(r -> refusals.add(refusals("late", r)));
    spec.rejected().ifPresent(r -> refusals.add(refusals("rejected", r)));
    spec.duplicates().ifPresent(r -> refusals.add(refusals("duplicates", r)));
    return new Expects(
        spec.rows().map(r -> table(r, "model `" + model + "`", graph.schema(), List.of())),
        spec.changes()
            .map(r -> table(r, "model `" + model + "`", new Schema(withWeight), List.of("_w"))),
        refusals,
        spec.watermarks().stream().flatMap(w -> watermark(w).stream()).toList());
  }

  private ExpectedRefusals refusals(String kind, Refused refused) {
    Optional<ExpectedTable> table =
        refused.rows().isEmpty()
            ? Optional.empty()
            : Optional.of(
                table(
                    new Expected(new Rows.Listed(refused.rows()), refused.where()),
                    "`system." + kind + "`",
                    REFUSED,
                    List.of()));
    return new ExpectedRefusals(kind, refused.count(), table, refused.where());
  }

  private Optional<ExpectedWatermark> watermark(Cell cell) {
    if (graph.stream(cell.column()).isEmpty()) {
      problems.error(
          UnitTestError.TEST_COLUMN_UNKNOWN,
          cell.where(),
          "`" + model + "` does not read `" + cell.column() + "` in this test",
          "it reads "
              + graph.project().streams().stream()
                  .map(s -> s.qualifiedName())
                  .filter(s -> !s.startsWith(GivenModels.SOURCE + "."))
                  .collect(Collectors.joining("`, `", "`", "`")));
      return Optional.empty();
    }
    String text =
        cell.value() instanceof YamlNode.Scalar scalar ? scalar.text() : cell.value().kind();
    Cast cast =
        new Cast(
            "CASE WHEN v = 'none' THEN v ELSE TRY_CAST(v AS TIMESTAMPTZ)::VARCHAR END",
            cell.value().isNull() ? "none" : text,
            cell.value().where(),
            "write a time such as `2026-01-01 10:00:00`, `none` or `infinity`");
    fitting.add(cast);
    return Optional.of(new ExpectedWatermark(cell.column(), cast, cell.value().where()));
  }

  /** Rows over a table; {@code always} are compared even if no row names them. */
  private ExpectedTable table(Expected expected, String what, Schema schema, List<String> always) {
    return expected.rows() instanceof Rows.Query query
        ? ofQuery(query, expected.where(), what, schema)
        : ofRows(((Rows.Listed) expected.rows()).rows(), expected.where(), what, schema, always);
  }

  private ExpectedTable ofRows(
      List<Row> rows, SourceLocation where, String what, Schema schema, List<String> always) {
    Set<String> named = new LinkedHashSet<>(always);
    for (Row row : rows) {
      for (Cell cell : cells(row)) {
        if (schema.column(cell.column()).isPresent()) {
          named.add(cell.column());
        } else {
          TestPreparation.unknownColumn(problems, what, cell.column(), cell.where(), schema);
        }
      }
    }
    List<String> columns = rows.isEmpty() ? schema.names() : List.copyOf(named);
    List<List<Optional<Cast>>> values = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Cell> byName = new HashMap<>();
      cells(row).forEach(c -> byName.put(c.column(), c));
      List<Optional<Cast>> cells = new ArrayList<>();
      for (String column : columns) {
        Cell cell = byName.get(column);
        if (cell == null && always.contains(column)) {
          problems.error(
              UnitTestError.TEST_ROWS_MISFIT,
              row.where(),
              "a change has no `" + column + "`",
              "add `_w: 1` to a row that came, `_w: -1` to one that went");
        }
        Optional<Cast> cast =
            cell == null
                ? Optional.empty()
                : TestPreparation.cast(cell.value(), type(schema, column), null);
        cast.ifPresent(fitting::add);
        cells.add(cast);
      }
      values.add(List.copyOf(cells));
    }
    return new ExpectedTable(columns, equalities(columns, schema), values, where);
  }

  private static List<Cell> cells(Row row) {
    return row instanceof Row.Cells cells ? cells.cells() : List.of();
  }

  private static DataType type(Schema schema, String column) {
    return schema.column(column).orElseThrow().type();
  }

  private static List<Equality> equalities(List<String> columns, Schema schema) {
    return columns.stream()
        .map(
            c ->
                schema == REFUSED && c.equals("reason")
                    ? Equality.CONTAINS
                    : equality(type(schema, c)))
        .toList();
  }

  private static Equality equality(DataType type) {
    if (isFloating(type)) {
      return Equality.NEARLY;
    }
    // A decimal in a text looks as a double does, and is compared exactly.
    return has(type, Expectations::isFloating) && !has(type, t -> t instanceof DataType.Decimal)
        ? Equality.NEARLY_WITHIN
        : Equality.EXACT;
  }

  /** Whether the type or a part of it is such a one. */
  private static boolean has(DataType type, Predicate<DataType> such) {
    if (type instanceof DataType.Struct struct) {
      return struct.fields().stream().anyMatch(f -> has(f.type(), such));
    }
    if (type instanceof DataType.ListOf list) {
      return has(list.element(), such);
    }
    return type instanceof DataType.MapOf map
        ? has(map.key(), such) || has(map.value(), such)
        : such.test(type);
  }

  private static boolean isFloating(DataType type) {
    return type instanceof DataType.Scalar plain
        && (plain.kind() == Kind.DOUBLE || plain.kind() == Kind.FLOAT);
  }

  private ExpectedTable ofQuery(
      Rows.Query query, SourceLocation where, String what, Schema schema) {
    List<String> columns = new ArrayList<>();
    List<List<Optional<Cast>>> values = new ArrayList<>();
    try {
      String from = " FROM (" + query.sql() + "\n) t";
      for (Column column : bench.describe("SELECT *" + from).columns()) {
        if (schema.column(column.name()).isPresent()) {
          columns.add(column.name());
        } else {
          TestPreparation.unknownColumn(
              problems, what, column.name(), TestPreparation.at(query), schema);
        }
      }
      if (!columns.isEmpty()) {
        String texts =
            columns.stream()
                .map(Identifier::quote)
                .map(c -> c + "::VARCHAR")
                .collect(Collectors.joining(", ", "SELECT ", ""));
        for (List<@Nullable String> row : bench.rows(texts + from)) {
          values.add(casts(row, columns, schema, TestPreparation.at(query)));
        }
      }
    } catch (SQLException e) {
      TestPreparation.sqlFailed(problems, query, e);
    }
    return new ExpectedTable(columns, equalities(columns, schema), values, where);
  }

  private List<Optional<Cast>> casts(
      List<@Nullable String> row, List<String> columns, Schema schema, SourceLocation where) {
    List<Optional<Cast>> cells = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      String text = row.get(i);
      if (text == null) {
        cells.add(Optional.empty());
      } else {
        Cast cast =
            new Cast(TestPreparation.castSql(type(schema, columns.get(i))), text, where, null);
        fitting.add(cast);
        cells.add(Optional.of(cast));
      }
    }
    return List.copyOf(cells);
  }
}
