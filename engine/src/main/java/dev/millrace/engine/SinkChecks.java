package dev.millrace.engine;

import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkDeclaration;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.Programs.ProgramError;
import dev.millrace.engine.lookup.LookupTables;
import dev.millrace.project.AssetGraph.Kind;
import dev.millrace.project.BatchSpec;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.SystemSpec;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StreamProgram;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Checks sinks against the columns of what they deliver. For one thread. */
final class SinkChecks {
  private final Project project;
  private final Map<String, StreamProgram> programs;
  private final LookupTables tables;
  private final Map<String, SinkConnector> connectors;
  private final Problems problems;

  SinkChecks(
      Project project,
      Map<String, StreamProgram> programs,
      LookupTables tables,
      Map<String, SinkConnector> connectors,
      Problems problems) {
    this.project = project;
    this.programs = programs;
    this.tables = tables;
    this.connectors = connectors;
    this.problems = problems;
  }

  void check(SinkSpec sink) {
    StreamProgram program = programs.get(sink.from());
    if (program != null) {
      stream(sink, program.output());
      return;
    }
    Optional<BatchSpec> table =
        project.batch().stream()
            .filter(b -> b.name().equals(sink.from()) && b.kind() != Kind.VIEW)
            .findFirst();
    if (table.isEmpty()) {
      problems.error(
          ProgramError.SINK_NOT_OF_STREAM,
          sink.where(),
          "sink `"
              + sink.name()
              + "` delivers `"
              + sink.from()
              + "`, which is neither a stream nor a table",
          "give the model `materialized='stream'`, or `'table'` to deliver it after each build");
      return;
    }
    table(sink, table.get());
  }

  private void table(SinkSpec sink, BatchSpec table) {
    Map<String, Relation> streams = new HashMap<>();
    programs.forEach((name, program) -> streams.put(name, program.output()));
    Schema schema;
    try {
      schema = tables.relation(table.name(), streams).schema();
    } catch (MillraceException e) {
      problems.error(
          ProgramError.SINK_TABLE_UNKNOWN,
          sink.where(),
          "sink `"
              + sink.name()
              + "` delivers `"
              + sink.from()
              + "`, whose columns cannot be told: "
              + e.problem().message(),
          "`millrace compile <project> --select " + table.name() + "` shows its SQL");
      return;
    }
    if (sink.mode() == WriteMode.APPEND) {
      problems.error(
          ProgramError.SINK_NEEDS_UPSERT,
          sink.where("mode"),
          "sink `"
              + sink.name()
              + "` appends, but a build may take rows of table `"
              + sink.from()
              + "` back",
          "use `mode: upsert` with the columns that tell its rows apart as `key`");
    }
    keys(sink, "table", schema);
    connector(sink, schema);
  }

  private void stream(SinkSpec sink, Relation output) {
    if (sink.mode() == WriteMode.APPEND && !output.appendOnly()) {
      problems.error(
          ProgramError.SINK_NEEDS_UPSERT,
          sink.where("mode"),
          "sink `" + sink.name() + "` appends, but stream `" + sink.from() + "` takes rows back",
          "use `mode: upsert` with `key: "
              + output.identity()
              + "`, or `emit='on_close'` in the model");
    }
    keys(sink, "stream", output.schema());
    if (sink.mode().isKeyed() && !sink.key().containsAll(output.identity())) {
      problems.error(
          ProgramError.SINK_KEY_NOT_UNIQUE,
          sink.where("key"),
          "sink `"
              + sink.name()
              + "`: key "
              + sink.key()
              + " does not tell the rows of `"
              + sink.from()
              + "` apart",
          output.schema().names().containsAll(output.identity())
              ? "use `key: " + output.identity() + "`"
              : "select the columns that tell rows apart, or deliver an aggregate of the stream");
    }
    connector(sink, output.schema());
  }

  private void keys(SinkSpec sink, String what, Schema schema) {
    List<String> names = schema.names();
    for (String key : sink.key()) {
      if (schema.column(key).isEmpty()) {
        problems.error(
            ProgramError.SINK_COLUMN_UNKNOWN,
            sink.where("key"),
            "sink `%s`: %s `%s` has no column `%s`".formatted(sink.name(), what, sink.from(), key),
            Suggestion.didYouMean(key, names));
      }
    }
  }

  private void connector(SinkSpec sink, Schema schema) {
    SinkConnector connector =
        project
            .target()
            .system(sink.system())
            .map(SystemSpec::type)
            .map(connectors::get)
            .orElse(null);
    if (connector == null) {
      return;
    }
    connector.check(
        new SinkDeclaration(
            sink.name(),
            sink.table(),
            schema,
            sink.mode(),
            sink.key(),
            sink.options(),
            project.target().systems().stream().map(SystemSpec::type).collect(Collectors.toSet()),
            sink::where),
        problems);
    for (Column column : schema.columns()) {
      if (connector.targetType(column.type()).isEmpty()) {
        problems.error(
            ProgramError.SINK_TYPE_UNSUPPORTED,
            sink.where(),
            "sink `"
                + sink.name()
                + "`: "
                + connector.name()
                + " has no type for column `"
                + column.name()
                + "` "
                + column.type(),
            "cast it in the model, for example `"
                + column.name()
                + "::VARCHAR AS "
                + column.name()
                + "`");
      }
    }
  }
}
