package dev.millrace.engine.unittest;

import dev.millrace.api.type.Schema;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.Project;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.StreamProgram;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The part of a project that a unit test runs: its model with everything between that and the
 * test's inputs, compiled.
 *
 * @param project sources and models of that part alone; a model that is given as rows is a stream
 *     over a source of the tests
 * @param programs the streams, by model
 * @param given the models that are given, by name, with the source that their rows arrive on
 * @param views the views, each after those it reads
 * @param schema the columns of the model that is tested
 * @param identity columns that tell its rows apart; empty if they are not among its columns
 */
record TestGraph(
    Project project,
    Map<String, StreamProgram> programs,
    Map<String, StreamSpec> given,
    List<ModelSpec> views,
    Schema schema,
    List<String> identity) {
  TestGraph {
    programs = Map.copyOf(programs);
    given = Map.copyOf(given);
    views = List.copyOf(views);
    identity = List.copyOf(identity);
  }

  /** The stream of a source on which an input's rows arrive; empty if nothing of it is read. */
  Optional<StreamSpec> stream(String input) {
    StreamSpec ofModel = given.get(input);
    return ofModel != null
        ? Optional.of(ofModel)
        : project.streams().stream().filter(s -> s.qualifiedName().equals(input)).findFirst();
  }

  /** The columns of an input's rows. */
  Optional<Schema> inputSchema(String input) {
    return stream(input)
        .map(s -> s.declaration().schema())
        .map(s -> given.containsKey(input) ? GivenModels.withoutTime(s) : s);
  }
}
