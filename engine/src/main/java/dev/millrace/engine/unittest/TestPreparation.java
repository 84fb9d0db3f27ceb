package dev.millrace.engine.unittest;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.unittest.PreparedTest.Arrival;
import dev.millrace.engine.unittest.PreparedTest.ArrivingRecord;
import dev.millrace.engine.unittest.PreparedTest.PreparedStep;
import dev.millrace.project.RecordFormat;
import dev.millrace.project.RecordFormat.Changes;
import dev.millrace.project.StreamSpec;
import dev.millrace.project.UnitTestSpec;
import dev.millrace.project.UnitTestSpec.Cell;
import dev.millrace.project.UnitTestSpec.Given;
import dev.millrace.project.UnitTestSpec.Row;
import dev.millrace.project.UnitTestSpec.Rows;
import dev.millrace.project.UnitTestSpec.Step;
import dev.millrace.project.yaml.YamlNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks one test's columns and turns its rows into records and typed values. Values are read by
 * casts that the caller makes afterwards, with those of other tests.
 */
final class TestPreparation {
  private static final String MALFORMED =
      "to test a record that does not fit, write it as it is on the topic: `- '{\"column\": ...}'`";

  private final UnitTestSpec test;
  private final TestGraph graph;
  private final Workbench bench;
  private final Problems problems;
  private final List<Cast> fitting;
  private final List<Cast> times;
  private final Expectations expectations;

  /**
   * A preparation.
   *
   * @param fitting gets casts that must succeed
   * @param times gets casts of event times, which need not
   */
  TestPreparation(
      UnitTestSpec test,
      TestGraph graph,
      Workbench bench,
      List<Cast> fitting,
      List<Cast> times,
      Problems problems) {
    this.test = test;
    this.graph = graph;
    this.bench = bench;
    this.problems = problems;
    this.fitting = fitting;
    this.times = times;
    this.expectations = new Expectations(test.model(), graph, bench, fitting, problems);
  }

  PreparedTest prepare() {
    List<PreparedStep> steps = new ArrayList<>();
    Set<String> ended = new HashSet<>();
    boolean previous = false;
    for (Step step : test.steps()) {
      List<Arrival> arrivals = new ArrayList<>();
      for (Given given : step.given()) {
        graph.stream(given.input()).flatMap(s -> arrival(given, s)).ifPresent(arrivals::add);
      }
      if (step.restart() && !previous) {
        problems.warning(
            UnitTestError.TEST_STEP_IMPOSSIBLE,
            test.where(),
            "step " + step.number() + " of `" + test.name() + "` restarts before anything happened",
            "give rows in a step before");
      }
      previous |= !step.given().isEmpty();
      ended.addAll(step.end());
      steps.add(new PreparedStep(step, arrivals, step.expect().map(expectations::prepare)));
    }
    return new PreparedTest(test, graph, steps);
  }

  private Optional<Arrival> arrival(Given given, StreamSpec stream) {
    Schema schema = graph.inputSchema(given.input()).orElseThrow();
    if (!isGivenFully(given, stream)) {
      problems.error(
          UnitTestError.TEST_ROWS_MISFIT,
          given.where(),
          "`"
              + given.input()
              + "` is change data, or has columns that are no fields of its records' values",
          "write records as they are on the topic, or give rows of a model that reads it: `ref('...')`");
      return Optional.empty();
    }
    List<ArrivingRecord> records = new ArrayList<>();
    if (given.rows() instanceof Rows.Query query) {
      for (String json : jsonRows(query, schema, given)) {
        records.add(record(Optional.of(onTopic(json, stream)), stream, given.where()));
      }
    } else {
      for (Row row : ((Rows.Listed) given.rows()).rows()) {
        value(row, given, schema)
            .map(v -> row instanceof Row.Raw ? v : v.map(json -> onTopic(json, stream)))
            .ifPresent(v -> records.add(record(v, stream, row.where())));
      }
    }
    return Optional.of(new Arrival(stream, given.partition(), records));
  }

  /** A row as a record's value. */
  private static String onTopic(String row, StreamSpec stream) {
    return stream.format().changes() == Changes.DEBEZIUM
        ? "{\"op\":\"u\",\"after\":" + row + "}"
        : row;
  }

  /** False if the rows say too little to make records of the stream of them. */
  private static boolean isGivenFully(Given given, StreamSpec stream) {
    // Tests give records in JSON, however the topic's are written.
    boolean plain =
        stream.asJson().format().equals(RecordFormat.rows(stream.declaration().schema()));
    return plain
        || (given.rows() instanceof Rows.Listed listed
            && listed.rows().stream().allMatch(r -> r instanceof Row.Raw));
  }

  private ArrivingRecord record(Optional<String> value, StreamSpec stream, SourceLocation where) {
    String time = Identifier.literal("$." + RecordJson.text(stream.eventTime()));
    String instant =
        stream.eventTime().isEmpty()
            ? "NULL::TIMESTAMPTZ"
            : "TRY_CAST(TRY_CAST(v AS JSON) ->> " + time + " AS TIMESTAMPTZ)";
    Cast micros =
        new Cast(
            "CASE WHEN isfinite(" + instant + ") THEN epoch_us(" + instant + ")::VARCHAR END",
            value.orElse(""),
            where,
            null);
    times.add(micros);
    return new ArrivingRecord(value, micros);
  }

  /** A record's value; empty inside for a record without one, empty outside for a problem. */
  private Optional<Optional<String>> value(Row row, Given given, Schema schema) {
    if (row instanceof Row.Raw raw) {
      if (graph.given().containsKey(given.input())) {
        problems.error(
            UnitTestError.TEST_ROWS_MISFIT,
            row.where(),
            "a row of model `" + given.input() + "` must be a block of keys",
            "write `- {column: value}`; only a source's rows can be records as they are on the topic");
        return Optional.empty();
      }
      return Optional.of(raw.text());
    }
    StringBuilder json = new StringBuilder("{");
    for (Cell cell : ((Row.Cells) row).cells()) {
      Optional<Column> column = schema.column(cell.column());
      if (column.isEmpty()) {
        unknownColumn(problems, "`" + given.input() + "`", cell.column(), cell.where(), schema);
        continue;
      }
      json.append(json.length() > 1 ? ", " : "").append(RecordJson.text(cell.column()));
      json.append(": ").append(RecordJson.value(cell.value(), column.get().type()));
      String hint = graph.given().containsKey(given.input()) ? null : MALFORMED;
      cast(cell.value(), column.get().type(), hint).ifPresent(fitting::add);
    }
    return Optional.of(Optional.of(json.append("}").toString()));
  }

  static void unknownColumn(
      Problems problems, String what, String name, SourceLocation where, Schema schema) {
    String near = Suggestion.didYouMean(name, schema.names());
    problems.error(
        UnitTestError.TEST_COLUMN_UNKNOWN,
        where,
        what + " has no column `" + name + "`",
        near != null ? near : "it has " + GraphCompiler.columns(schema));
  }

  /** A cast of a value to a column's type; empty for null, and for texts, which always fit. */
  static Optional<Cast> cast(YamlNode value, DataType type, @Nullable String hint) {
    if (value.isNull()) {
      return Optional.empty();
    }
    if (value instanceof YamlNode.Scalar scalar) {
      return Optional.of(new Cast(castSql(type), scalar.text(), scalar.where(), hint));
    }
    return Optional.of(
        new Cast(
            "TRY_CAST(v::JSON AS " + type + ")::VARCHAR",
            RecordJson.nested(value),
            value.where(),
            hint));
  }

  static String castSql(DataType type) {
    boolean text = type instanceof DataType.Scalar plain && plain.kind() == Kind.VARCHAR;
    return text ? "v" : "TRY_CAST(v AS " + type + ")::VARCHAR";
  }

  private List<String> jsonRows(Rows.Query query, Schema schema, Given given) {
    try {
      String from = " FROM (" + query.sql() + "\n) t";
      Schema found = bench.describe("SELECT *" + from);
      boolean known = true;
      for (Column column : found.columns()) {
        if (schema.column(column.name()).isEmpty()) {
          known = false;
          unknownColumn(problems, "`" + given.input() + "`", column.name(), at(query), schema);
        }
      }
      List<String> json = new ArrayList<>();
      if (known) {
        for (List<@Nullable String> row : bench.rows("SELECT to_json(t)::VARCHAR" + from)) {
          json.add(String.valueOf(row.get(0)));
        }
      }
      return json;
    } catch (SQLException e) {
      sqlFailed(problems, query, e);
      return List.of();
    }
  }

  static SourceLocation at(Rows.Query query) {
    return query.places().locate(0, query.sql().lines().findFirst().orElse("").length());
  }

  static void sqlFailed(Problems problems, Rows.Query query, SQLException e) {
    problems.error(
        UnitTestError.TEST_SQL_FAILED,
        at(query),
        "the rows' SELECT fails: " + GraphCompiler.firstLine(e),
        "it can read no table; write values, such as `SELECT 1 AS id`");
  }
}
