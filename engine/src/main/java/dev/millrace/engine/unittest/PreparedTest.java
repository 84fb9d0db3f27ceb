package dev.millrace.engine.unittest;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.StreamSpec;
import dev.millrace.project.UnitTestSpec;
import java.util.List;
import java.util.Optional;

/**
 * A unit test whose columns and values are checked, ready to run.
 *
 * @param spec what it says
 * @param graph what it runs
 * @param steps its steps, in order
 */
record PreparedTest(UnitTestSpec spec, TestGraph graph, List<PreparedStep> steps) {
  PreparedTest {
    steps = List.copyOf(steps);
  }

  /** A step with what arrives and what is expected in it. */
  record PreparedStep(UnitTestSpec.Step spec, List<Arrival> arrivals, Optional<Expects> expects) {
    PreparedStep {
      arrivals = List.copyOf(arrivals);
    }
  }

  /** Records that arrive on one partition of a topic. */
  record Arrival(StreamSpec stream, int partition, List<ArrivingRecord> records) {
    Arrival {
      records = List.copyOf(records);
    }
  }

  /**
   * One record.
   *
   * @param value its value's text; empty for none
   * @param micros its event time in microseconds since 1970, as far as it has one
   */
  record ArrivingRecord(Optional<String> value, Cast micros) {}

  /** What is expected, with typed values. */
  record Expects(
      Optional<ExpectedTable> rows,
      Optional<ExpectedTable> changes,
      List<ExpectedRefusals> refusals,
      List<ExpectedWatermark> watermarks) {
    Expects {
      refusals = List.copyOf(refusals);
      watermarks = List.copyOf(watermarks);
    }
  }

  /**
   * Rows that are expected.
   *
   * @param columns those that are compared
   * @param equalities how each is compared
   * @param rows a value for each column; empty for null
   */
  record ExpectedTable(
      List<String> columns,
      List<TableDiff.Equality> equalities,
      List<List<Optional<Cast>>> rows,
      SourceLocation where) {
    ExpectedTable {
      columns = List.copyOf(columns);
      equalities = List.copyOf(equalities);
      rows = List.copyOf(rows);
    }
  }

  /**
   * Records that are expected to be refused.
   *
   * @param kind the system table: {@code late}, {@code rejected} or {@code duplicates}
   * @param table their rows; empty if only the count matters
   */
  record ExpectedRefusals(
      String kind, long count, Optional<ExpectedTable> table, SourceLocation where) {}

  /** A watermark, as {@code none}, {@code infinity} or DuckDB's text of an instant. */
  record ExpectedWatermark(String stream, Cast value, SourceLocation where) {}
}
