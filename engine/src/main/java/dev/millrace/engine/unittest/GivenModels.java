package dev.millrace.engine.unittest;

import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.admission.Admission;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.ModelSpec.Emit;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StreamProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Models that a test gives as rows. Such a model becomes a stream over a source of the tests: its
 * rows arrive as records and are admitted, whatever they say, and its watermark moves when the
 * script says so.
 */
final class GivenModels {
  /** The source of all of them. */
  static final String SOURCE = "__given";

  /** Their records' event time, which the script sets. */
  static final String TIME = "__given_at";

  private static final DataType TIMESTAMPTZ = new DataType.Scalar(DataType.Kind.TIMESTAMPTZ);
  private static final Duration FOR_EVER = Duration.ofDays(365 * 200);

  private GivenModels() {}

  /** The source's stream on which rows of a model, or of a table that builds make, arrive. */
  static StreamSpec stream(String model, SourceLocation where, Schema schema) {
    List<Column> columns = new ArrayList<>(schema.columns());
    columns.add(new Column(TIME, TIMESTAMPTZ));
    return new StreamSpec(
        SOURCE,
        new StreamDeclaration(model, new Schema(columns), Map.of()),
        SOURCE + "." + model,
        1,
        TIME,
        Duration.ZERO,
        FOR_EVER,
        FOR_EVER,
        Optional.empty(),
        StreamSpec.ExtraFields.IGNORE,
        StreamSpec.OnBad.SET_ASIDE,
        Integer.MAX_VALUE,
        where);
  }

  static Schema withoutTime(Schema schema) {
    return new Schema(schema.columns().stream().filter(c -> !c.name().equals(TIME)).toList());
  }

  /** The model as a stream that passes its rows on. */
  static ModelSpec model(String name, String file, StreamSpec stream) {
    String columns =
        withoutTime(stream.declaration().schema()).names().stream()
            .map(Identifier::quote)
            .collect(Collectors.joining(", "));
    return new ModelSpec(
        name,
        file,
        Materialization.STREAM,
        Emit.ON_CHANGE,
        Optional.empty(),
        "SELECT " + columns + " FROM " + Identifier.quote(SOURCE) + "." + Identifier.quote(name),
        List.of(stream.qualifiedName()),
        Map.of(),
        "",
        Map.of(),
        (offset, length) -> stream.where());
  }

  /**
   * Its program, in which the columns that grow are those that grow where the model itself runs.
   */
  static StreamProgram withWatermarks(
      StreamProgram program, Optional<StreamProgram> real, StreamSpec stream) {
    Relation output = program.output();
    Map<String, String> watermarks = new HashMap<>();
    real.ifPresent(
        r ->
            r.output()
                .watermarks()
                .keySet()
                .forEach(
                    c -> watermarks.put(c, "getvariable('" + Admission.variable(stream) + "')")));
    return new StreamProgram(
        program.inputs(),
        new Relation(
            output.name(),
            output.schema(),
            output.identity(),
            output.hidden(),
            output.appendOnly(),
            watermarks,
            output.lasting()),
        program.states(),
        program.steps(),
        program.batchSql(),
        program.plan());
  }
}
