package dev.millrace.engine;

import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.History;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.flow.FlowParts;
import dev.millrace.engine.flow.Lookup;
import dev.millrace.engine.flow.StreamRun;
import dev.millrace.engine.lookup.LookupTable;
import dev.millrace.formats.registry.RegistryClient;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.Project;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StreamProgram;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Cuts a project into flows: one for each connected component of sources and streams. Streams that
 * look up the same table are in one flow, which keeps one copy of it; those that read nothing else
 * are in that of the project's first source.
 */
public final class FlowBuilder {
  private final Project project;
  private final Map<String, StreamProgram> programs;
  private final Map<String, LookupTable> lookups;
  private final Function<StreamSpec, Admission> admissions;
  private final Map<String, String> parent = new HashMap<>();

  private FlowBuilder(
      Project project,
      Map<String, StreamProgram> programs,
      Map<String, LookupTable> lookups,
      Function<StreamSpec, Admission> admissions) {
    this.project = project;
    this.programs = programs;
    this.lookups = lookups;
    this.admissions = admissions;
  }

  /**
   * A builder of flows that read topics.
   *
   * @param programs the project's streams, compiled
   * @param registry asked for the schemas of records that are written with one
   * @param lookups the tables that builds make and streams read, by name
   */
  public FlowBuilder(
      Project project,
      Map<String, StreamProgram> programs,
      Supplier<RegistryClient> registry,
      Map<String, LookupTable> lookups) {
    this(
        project,
        programs,
        lookups,
        s -> new Admission(s, Admission.relation(s), new History(s), registry));
  }

  /** A builder of flows of which a unit test gives the records, all of them in JSON. */
  public static FlowBuilder ofTests(Project project, Map<String, StreamProgram> programs) {
    return new FlowBuilder(
        project,
        programs,
        Map.of(),
        s -> new Admission(s.asJson(), Admission.relation(s), new History(s)));
  }

  /**
   * The flows; sources that no stream reads have one each, so that their records are admitted too.
   */
  public List<FlowParts> build() {
    for (StreamSpec stream : project.streams()) {
      parent.put(stream.qualifiedName(), stream.qualifiedName());
    }
    for (ModelSpec model : project.models()) {
      StreamProgram program = programs.get(model.name());
      if (program != null) {
        parent.put(model.name(), model.name());
        program.inputs().forEach(input -> union(model.name(), input.name()));
      }
    }
    for (String stream : programs.keySet()) {
      boolean fed =
          project.streams().stream().anyMatch(s -> find(s.qualifiedName()).equals(find(stream)));
      if (!fed && !project.streams().isEmpty()) {
        union(stream, project.streams().get(0).qualifiedName());
      }
    }
    Map<String, List<Admission>> sources = new LinkedHashMap<>();
    for (StreamSpec stream : project.streams()) {
      sources
          .computeIfAbsent(find(stream.qualifiedName()), k -> new ArrayList<>())
          .add(admissions.apply(stream));
    }
    List<FlowParts> flows = new ArrayList<>();
    sources.forEach(
        (component, admissions) -> {
          List<StreamRun> streams = new ArrayList<>();
          for (ModelSpec model : project.models()) {
            Optional<StreamProgram> program = Optional.ofNullable(programs.get(model.name()));
            if (program.isPresent() && find(model.name()).equals(component)) {
              streams.add(
                  new StreamRun(model, program.get(), outboxes(model, program.get().output())));
            }
          }
          flows.add(
              new FlowParts(
                  admissions.get(0).stream().qualifiedName(),
                  admissions,
                  streams,
                  List.of(),
                  lookups.values().stream()
                      .filter(l -> find(l.name()).equals(component))
                      .map(Lookup::new)
                      .toList()));
        });
    return flows;
  }

  private List<Outbox> outboxes(ModelSpec model, Relation output) {
    return project.sinks().stream()
        .filter(s -> s.from().equals(model.name()))
        .map(s -> new Outbox(s, output.schema()))
        .toList();
  }

  private String find(String name) {
    String up = parent.getOrDefault(name, name);
    return up.equals(name) ? name : find(up);
  }

  private void union(String a, String b) {
    String rootA = find(a);
    String rootB = find(b);
    if (!rootA.equals(rootB)) {
      parent.put(rootA, rootB);
    }
  }
}
