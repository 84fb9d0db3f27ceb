package dev.millrace.engine.unittest;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.admission.Admission;
import dev.millrace.project.AssetGraph;
import dev.millrace.project.BatchSpec;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.ModelSpec.Emit;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.Project;
import dev.millrace.project.SourceSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.project.UnitTestSpec;
import dev.millrace.sql.QueryException;
import dev.millrace.sql.Relation;
import dev.millrace.sql.SqlProblem;
import dev.millrace.sql.StreamCompiler;
import dev.millrace.sql.StreamProgram;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compiles the part of a project that a unit test runs. What several tests need is compiled once.
 */
final class GraphCompiler {
  private final Project project;
  private final Map<String, StreamProgram> programs;
  private final StreamCompiler compiler;
  private final Workbench bench;
  private final Problems problems;
  private final Map<Key, Optional<TestGraph>> graphs = new HashMap<>();
  private final Map<String, Optional<Schema>> schemas = new HashMap<>();

  /** Tests with equal keys run the same. */
  private record Key(List<ModelSpec> models, String model) {}

  /**
   * A compiler.
   *
   * @param programs the project's streams that compile; what is wrong with others is told already
   */
  GraphCompiler(
      Project project,
      Map<String, StreamProgram> programs,
      StreamCompiler compiler,
      Workbench bench,
      Problems problems) {
    this.project = project;
    this.programs = programs;
    this.compiler = compiler;
    this.bench = bench;
    this.problems = problems;
  }

  /** What a test runs; empty if it cannot be compiled, which is a problem then. */
  Optional<TestGraph> graph(UnitTestSpec test) {
    return graphs.computeIfAbsent(new Key(test.models(), test.model()), k -> compile(test));
  }

  private Optional<TestGraph> compile(UnitTestSpec test) {
    try {
      return Optional.of(new Part(test).compile());
    } catch (Uncompiled e) {
      return Optional.empty();
    }
  }

  /** Something does not compile; the problem is told. */
  private static final class Uncompiled extends Exception {
    private static final long serialVersionUID = 1L;

    Uncompiled() {
      super(null, null, false, false);
    }
  }

  /** The columns of one of the project's models. */
  private Schema schema(ModelSpec model) throws Uncompiled {
    Optional<Schema> known = schemas.get(model.name());
    if (known == null) {
      StreamProgram program = programs.get(model.name());
      known =
          program != null
              ? Optional.of(program.output().schema())
              : model.materialization() == Materialization.STREAM ? Optional.empty() : typed(model);
      schemas.put(model.name(), known);
    }
    return known.orElseThrow(Uncompiled::new);
  }

  /** The columns of a table that builds make and streams look up. */
  private Schema tableSchema(BatchSpec table) throws Uncompiled {
    Optional<Schema> schema =
        programs.values().stream()
            .flatMap(p -> p.inputs().stream())
            .filter(i -> i.isTable() && i.name().equals(table.name()))
            .map(Relation::schema)
            .findFirst();
    if (schema.isEmpty() && table.kind() == AssetGraph.Kind.EPHEMERAL) {
      problems.error(
          UnitTestError.TEST_ROWS_MISFIT,
          SourceLocation.ofFile(table.file()),
          "no columns are known of `" + table.name() + "`, whose SQL is put into what reads it",
          "give rows of what it reads");
    }
    return schema.orElseThrow(Uncompiled::new);
  }

  /** The columns of a view or an ephemeral model, as DuckDB types it over what it reads. */
  private Optional<Schema> typed(ModelSpec model) {
    try {
      for (String read : model.reads()) {
        Optional<ModelSpec> other = project.model(read);
        if (other.isPresent()) {
          makeTable(Identifier.quote(read), schema(other.get()));
        } else {
          StreamSpec stream = stream(read);
          bench.execute("CREATE SCHEMA IF NOT EXISTS " + Identifier.quote(stream.source()));
          makeTable(
              Identifier.quote(stream.source()) + "." + Identifier.quote(stream.name()),
              stream.declaration().schema());
        }
      }
      return Optional.of(bench.describe(model.sql()));
    } catch (SQLException e) {
      problems.error(
          UnitTestError.TEST_SQL_FAILED,
          model.sourceMap().locate(0, 0),
          "model `" + model.name() + "`: " + firstLine(e),
          null);
      return Optional.empty();
    } catch (Uncompiled e) {
      return Optional.empty();
    }
  }

  private void makeTable(String name, Schema schema) throws SQLException {
    String columns =
        schema.columns().stream()
            .map(c -> Identifier.quote(c.name()) + " " + c.type())
            .collect(Collectors.joining(", ", "(", ")"));
    bench.execute("CREATE OR REPLACE TABLE " + name + columns);
  }

  private StreamSpec stream(String id) {
    return project.streams().stream()
        .filter(s -> s.qualifiedName().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no stream " + id));
  }

  static String firstLine(SQLException e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message);
  }

  /** One part while it is compiled. */
  private final class Part {
    private final UnitTestSpec test;
    private final Map<String, ModelSpec> byName = new LinkedHashMap<>();
    private final Set<String> needed = new LinkedHashSet<>();
    private final Map<String, StreamSpec> given = new LinkedHashMap<>();
    private final Map<String, StreamSpec> streams = new LinkedHashMap<>();
    private final List<ModelSpec> models = new ArrayList<>();
    private final List<ModelSpec> views = new ArrayList<>();
    private final Map<String, Relation> relations = new HashMap<>();
    private final Map<String, StreamProgram> compiled = new LinkedHashMap<>();

    Part(UnitTestSpec test) {
      this.test = test;
      test.models().forEach(m -> byName.put(m.name(), m));
    }

    TestGraph compile() throws Uncompiled {
      need(test.model());
      for (ModelSpec model : test.models()) {
        if (needed.contains(model.name())) {
          if (model.materialization() == Materialization.VIEW) {
            views.add(model);
          } else {
            add(asStream(model), Optional.empty());
          }
        }
      }
      Schema schema = tested();
      StreamProgram program = compiled.get(test.model());
      List<String> identity =
          program == null || !schema.names().containsAll(program.output().identity())
              ? List.of()
              : program.output().identity();
      return new TestGraph(pruned(), compiled, given, views, schema, identity);
    }

    private void need(String id) throws Uncompiled {
      ModelSpec model = byName.get(id);
      if (model != null) {
        if (needed.add(id)) {
          for (String read : model.reads()) {
            need(read);
          }
        }
        return;
      }
      Optional<ModelSpec> real = project.model(id);
      Optional<BatchSpec> table =
          project.batch().stream().filter(b -> b.name().equals(id)).findFirst();
      if (real.isPresent()) {
        give(id, real.get().file(), real.get().sourceMap().locate(0, 0), schema(real.get()));
      } else if (table.isPresent()) {
        String file = table.get().file();
        give(id, file, SourceLocation.ofFile(file), tableSchema(table.get()));
      } else {
        streams.put(id, stream(id));
        relations.put(id, Admission.relation(stream(id)));
      }
    }

    /** A model, or a table that builds make, whose rows the test gives, or which has none. */
    private void give(String id, String file, SourceLocation where, Schema schema)
        throws Uncompiled {
      if (!given.containsKey(id)) {
        StreamSpec stream = GivenModels.stream(id, where, schema);
        given.put(id, stream);
        streams.put(stream.qualifiedName(), stream);
        relations.put(stream.qualifiedName(), Admission.relation(stream));
        add(GivenModels.model(id, file, stream), Optional.of(stream));
      }
    }

    /** An ephemeral model that is tested itself is kept up to date as a stream would be. */
    private ModelSpec asStream(ModelSpec model) {
      return model.materialization() == Materialization.STREAM
          ? model
          : new ModelSpec(
              model.name(),
              model.file(),
              Materialization.STREAM,
              model.emit(),
              model.retain(),
              model.sql(),
              model.reads(),
              model.config(),
              model.description(),
              model.columnDescriptions(),
              model.sourceMap());
    }

    private void add(ModelSpec model, Optional<StreamSpec> givenOn) throws Uncompiled {
      Map<String, Relation> inputs = new HashMap<>();
      for (String read : model.reads()) {
        Relation relation = relations.get(read);
        if (relation == null) {
          throw new Uncompiled();
        }
        boolean fixed = givenOn.isEmpty() && model.isAsOfProcessing(read);
        inputs.put(read, fixed ? relation.inProcessing() : relation);
      }
      try {
        StreamProgram program =
            compiler.compile(model.name(), model.sql(), model.emit() == Emit.ON_CLOSE, inputs);
        if (givenOn.isPresent()) {
          program =
              GivenModels.withWatermarks(
                  program, Optional.ofNullable(programs.get(model.name())), givenOn.get());
        }
        compiled.put(model.name(), program);
        relations.put(model.name(), program.output());
        models.add(model);
      } catch (QueryException e) {
        for (SqlProblem problem : e.problems()) {
          problems.add(problem.at(model.sourceMap().locate(problem.offset(), problem.length())));
        }
        throw new Uncompiled();
      }
    }

    /** The columns of the model that is tested. */
    private Schema tested() throws Uncompiled {
      StreamProgram program = compiled.get(test.model());
      if (program != null) {
        return program.output().schema();
      }
      ModelSpec view = byName.get(test.model());
      return view == null ? new Schema(List.of()) : typed(view).orElseThrow(Uncompiled::new);
    }

    private Project pruned() {
      Map<String, List<StreamSpec>> bySource = new LinkedHashMap<>();
      streams
          .values()
          .forEach(s -> bySource.computeIfAbsent(s.source(), k -> new ArrayList<>()).add(s));
      List<SourceSpec> sources = new ArrayList<>();
      bySource.forEach(
          (source, its) ->
              sources.add(
                  new SourceSpec(
                      source,
                      Optional.empty(),
                      new Options(List.of(), Map.of()),
                      its,
                      its.get(0).where())));
      return new Project(
          project.name(),
          project.folder(),
          project.timeZone(),
          project.target(),
          project.vars(),
          sources,
          models,
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          project.graph());
    }
  }

  /** For messages: the columns that there are. */
  static String columns(Schema schema) {
    return schema.columns().stream()
        .map(Column::name)
        .collect(Collectors.joining("`, `", "`", "`"));
  }
}
