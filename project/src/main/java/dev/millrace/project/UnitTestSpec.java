package dev.millrace.project;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.yaml.YamlNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A unit test of one model: what happens, step by step, and what is expected.
 *
 * @param name unique for its model
 * @param model the model that is tested
 * @param description Markdown; empty if there is none
 * @param tags words to select it by
 * @param steps in order; a test without a script has one step, behind which all inputs have ended
 * @param models the project's models as this test's overrides render them, without those that it
 *     gives as inputs; each after those it reads
 * @param where its place
 */
public record UnitTestSpec(
    String name,
    String model,
    String description,
    List<String> tags,
    List<Step> steps,
    List<ModelSpec> models,
    SourceLocation where) {
  /** Copies the lists. */
  public UnitTestSpec {
    tags = List.copyOf(tags);
    steps = List.copyOf(steps);
    models = List.copyOf(models);
  }

  /** Its name with its model's, unique in the project. */
  public String id() {
    return model + "." + name;
  }

  /**
   * What happens together, in this order.
   *
   * @param number from 1; 0 for what stands above or below the script
   * @param at where the clock is put
   * @param advance how far the clock moves on
   * @param restart whether the store is closed and opened again
   * @param given rows that arrive as one batch
   * @param watermark where the watermark of given models moves
   * @param end the asset ids of inputs that end
   * @param expect what is expected then
   */
  public record Step(
      int number,
      Optional<Instant> at,
      Optional<Duration> advance,
      boolean restart,
      List<Given> given,
      Optional<Instant> watermark,
      List<String> end,
      Optional<Expectation> expect) {
    /** Copies the lists. */
    public Step {
      given = List.copyOf(given);
      end = List.copyOf(end);
    }
  }

  /**
   * Rows that arrive on an input.
   *
   * @param input the asset's id: a model's name, or {@code source.stream}
   * @param rows what arrives
   * @param partition the topic's partition, from 0
   * @param where the input's place
   */
  public record Given(String input, Rows rows, int partition, SourceLocation where) {}

  /** Rows as they are written. */
  public sealed interface Rows {
    /** Rows one by one. */
    record Listed(List<Row> rows) implements Rows {
      /** Copies the list. */
      public Listed {
        rows = List.copyOf(rows);
      }
    }

    /**
     * The rows of a SELECT.
     *
     * @param sql DuckDB's SQL
     * @param places where it stands
     */
    record Query(String sql, YamlNode.Places places) implements Rows {}
  }

  /** One row. */
  public sealed interface Row {
    /** Its place. */
    SourceLocation where();

    /** Values by column; columns left out are null. */
    record Cells(List<Cell> cells, SourceLocation where) implements Row {
      /** Copies the list. */
      public Cells {
        cells = List.copyOf(cells);
      }
    }

    /** A record's value as it is on the topic; empty for a record without one. */
    record Raw(Optional<String> text, SourceLocation where) implements Row {}
  }

  /**
   * A value of a row.
   *
   * @param column its name
   * @param value a scalar, or a list or block for nested types
   * @param where the column name's place
   */
  public record Cell(String column, YamlNode value, SourceLocation where) {}

  /**
   * What is expected; what is empty is not looked at.
   *
   * @param rows the model's
   * @param changes what the step changed in them, with {@code _w}
   * @param late what is in {@code system.late}
   * @param rejected what is in {@code system.rejected}
   * @param duplicates what is in {@code system.duplicates}
   * @param watermarks as cells: the stream and a time, {@code none} or {@code infinity}
   * @param where its place
   */
  public record Expectation(
      Optional<Expected> rows,
      Optional<Expected> changes,
      Optional<Refused> late,
      Optional<Refused> rejected,
      Optional<Refused> duplicates,
      List<Cell> watermarks,
      SourceLocation where) {
    /** Copies the list. */
    public Expectation {
      watermarks = List.copyOf(watermarks);
    }
  }

  /** Rows that are expected, and the place of the key that says so. */
  public record Expected(Rows rows, SourceLocation where) {}

  /**
   * Records that are expected to be refused.
   *
   * @param count how many there are
   * @param rows what they are; empty if only the count is given
   * @param where the key's place
   */
  public record Refused(long count, List<Row> rows, SourceLocation where) {
    /** Copies the list. */
    public Refused {
      rows = List.copyOf(rows);
    }
  }
}
