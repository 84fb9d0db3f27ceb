package dev.millrace.engine;

import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problems;
import dev.millrace.api.function.ScalarFunction;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.change.Starts;
import dev.millrace.engine.lookup.LookupTables;
import dev.millrace.project.BatchSpec;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.ModelSpec.Emit;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.Project;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.QueryException;
import dev.millrace.sql.Relation;
import dev.millrace.sql.SqlProblem;
import dev.millrace.sql.StateTable;
import dev.millrace.sql.StreamCompiler;
import dev.millrace.sql.StreamProgram;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compiles a project's streams and checks what only their columns can tell; used by `check` and
 * before every run.
 */
public final class Programs {
  private Programs() {}

  /** What is wrong with a stream or a sink in view of columns. */
  public enum ProgramError implements ErrorCode {
    /** A column that the stream does not have. */
    SINK_COLUMN_UNKNOWN,
    /** The target has no type for a column. */
    SINK_TYPE_UNSUPPORTED,
    /** An append sink reads a stream that takes rows back. */
    SINK_NEEDS_UPSERT,
    /** The key of an upsert does not tell the stream's rows apart. */
    SINK_KEY_NOT_UNIQUE,
    /** {@code retain} needs a column that grows with event time. */
    RETAIN_WITHOUT_TIME,
    /** Nothing lets a stream forget some of its state. */
    STATE_UNBOUNDED,
    /** A sink delivers neither a stream nor a table that builds make. */
    SINK_NOT_OF_STREAM,
    /** The columns of a table that a sink delivers cannot be told. */
    SINK_TABLE_UNKNOWN,
    /** A sink writes a topic that its own stream is made of. */
    SINK_LOOP,
    /** The columns of a table that a stream looks up cannot be told. */
    LOOKUP_UNKNOWN,
    /** Streams read tables that builds make, and the project has no source. */
    LOOKUP_WITHOUT_SOURCE;

    @Override
    public Blame blame() {
      return Blame.USER;
    }
  }

  /**
   * Compiles every stream model, each after those it reads.
   *
   * @param sinks sink connectors by name
   * @param problems gets everything that is wrong
   * @return by the model's name, those that compiled
   */
  public static Map<String, StreamProgram> compile(
      Project project, Map<String, SinkConnector> sinks, Problems problems) {
    try (StreamCompiler compiler = StreamCompiler.open()) {
      return compile(project, compiler, sinks, problems);
    }
  }

  /**
   * As the other, with a compiler that the caller has opened and closes; opening one takes a while
   * and needs no project.
   */
  public static Map<String, StreamProgram> compile(
      Project project,
      StreamCompiler compiler,
      Map<String, SinkConnector> sinks,
      Problems problems) {
    compiler.setTimeZone(project.timeZone());
    List<ScalarFunction> taken =
        compiler.register(ProjectFunctions.load(project.folder(), problems));
    taken.forEach(function -> ProjectFunctions.nameTaken(function, problems));
    Map<String, Relation> relations = new HashMap<>();
    for (StreamSpec stream : project.streams()) {
      relations.put(stream.qualifiedName(), Admission.relation(stream));
    }
    Map<String, StreamProgram> programs = new LinkedHashMap<>();
    Set<String> failed = new HashSet<>();
    Map<String, BatchSpec> tables = new HashMap<>();
    project.batch().forEach(b -> tables.put(b.name(), b));
    try (LookupTables lookups = new LookupTables(project)) {
      for (ModelSpec model : project.models()) {
        if (model.materialization() != Materialization.STREAM) {
          continue;
        }
        Map<String, Relation> inputs = new HashMap<>();
        if (model.reads().stream().anyMatch(failed::contains)
            || !lookUp(model, project, tables, lookups, relations, inputs, problems)) {
          failed.add(model.name());
          continue;
        }
        model.reads().stream()
            .filter(relations::containsKey)
            .forEach(r -> inputs.put(r, relation(relations, r)));
        try {
          StreamProgram program =
              compiler.compile(model.name(), model.sql(), model.emit() == Emit.ON_CLOSE, inputs);
          programs.put(model.name(), program);
          relations.put(model.name(), program.output());
          checkRetention(model, program, problems);
          checkState(model, program, problems);
        } catch (QueryException e) {
          failed.add(model.name());
          for (SqlProblem problem : e.problems()) {
            problems.add(problem.at(model.sourceMap().locate(problem.offset(), problem.length())));
          }
        }
      }
      SinkChecks checks = new SinkChecks(project, programs, lookups, sinks, problems);
      project.sinks().stream().filter(s -> !failed.contains(s.from())).forEach(checks::check);
    }
    Starts.check(project, programs, problems);
    SinkLoops.check(project, problems);
    return programs;
  }

  /** Adds the tables that a model looks up; false if one is not known, which is a problem then. */
  private static boolean lookUp(
      ModelSpec model,
      Project project,
      Map<String, BatchSpec> tables,
      LookupTables lookups,
      Map<String, Relation> streams,
      Map<String, Relation> inputs,
      Problems problems) {
    for (String read : model.reads()) {
      BatchSpec table = tables.get(read);
      if (table == null) {
        continue;
      }
      if (project.streams().isEmpty()) {
        problems.error(
            ProgramError.LOOKUP_WITHOUT_SOURCE,
            model.sourceMap().locate(0, 0),
            "stream `" + model.name() + "` reads a table, but the project has no source",
            "write `materialized='view'`, or declare a source");
        return false;
      }
      try {
        Relation relation = lookups.relation(table.name(), streams);
        inputs.put(
            table.name(),
            model.isAsOfProcessing(table.name()) ? relation.inProcessing() : relation);
      } catch (MillraceException e) {
        problems.error(
            ProgramError.LOOKUP_UNKNOWN,
            model.sourceMap().locate(0, 0),
            "stream `"
                + model.name()
                + "` reads `"
                + table.name()
                + "`, whose columns cannot be told: "
                + e.problem().message(),
            "see "
                + (e.problem().where() == null ? table.file() : e.problem().where())
                + "; `millrace compile <project> --select "
                + table.name()
                + "` shows its SQL");
        return false;
      }
    }
    return true;
  }

  private static Relation relation(Map<String, Relation> relations, String name) {
    Relation relation = relations.get(name);
    if (relation == null) {
      throw new IllegalStateException("no relation " + name);
    }
    return relation;
  }

  private static void checkState(ModelSpec model, StreamProgram program, Problems problems) {
    for (StateTable state : program.states()) {
      if (!state.bounded()) {
        problems.warning(
            ProgramError.STATE_UNBOUNDED,
            model.sourceMap().locate(0, 0),
            "stream `" + model.name() + "` keeps state for ever: " + state.text(),
            state.bound());
      }
    }
  }

  private static void checkRetention(ModelSpec model, StreamProgram program, Problems problems) {
    if (model.retain().isPresent() && program.output().watermarks().isEmpty()) {
      problems.error(
          ProgramError.RETAIN_WITHOUT_TIME,
          model.sourceMap().locate(0, 0),
          "stream `" + model.name() + "` has `retain` but no column that grows with event time",
          "select the event time or the window's start, or leave `retain` out");
    }
  }
}
