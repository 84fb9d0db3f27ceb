package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Decisions;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StreamProgram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which streams of a flow are filled, and from what. */
public final class FillParts {
  private final String flow;
  private final List<StreamSpec> sources = new ArrayList<>();
  private final List<Admission> admissions = new ArrayList<>();
  private final Map<ModelSpec, StreamProgram> streams = new LinkedHashMap<>();

  /** What is read instead of a topic, with its table. */
  private final Map<Relation, String> tables = new LinkedHashMap<>();

  private final Map<String, Decisions> decisions = new LinkedHashMap<>();
  private final boolean goesOn;
  private long since = Long.MAX_VALUE;

  /**
   * The parts of a fill.
   *
   * @param flow what the streams belong to
   * @param filled their names
   * @param undone of streams whose old version can go on, where it stands
   * @param starts of streams that leave out rows of their sources before an instant, that instant
   */
  private FillParts(
      FlowParts flow, Set<String> filled, Map<String, String> undone, Map<String, Long> starts) {
    this.flow = flow.name();
    Set<String> inputs = new TreeSet<>();
    for (StreamRun stream : flow.streams()) {
      if (filled.contains(stream.model().name())) {
        streams.put(stream.model(), stream.program());
        boolean reads =
            stream.program().inputs().stream()
                .anyMatch(i -> flow.sources().stream().anyMatch(s -> isOf(s, i)));
        if (reads) {
          since = Math.min(since, starts.getOrDefault(stream.model().name(), Long.MIN_VALUE));
        }
        stream.program().inputs().forEach(i -> inputs.add(i.name()));
      }
    }
    List<String> names = names();
    goesOn =
        undone.keySet().containsAll(names)
            && undone.entrySet().stream()
                    .filter(u -> names.contains(u.getKey()))
                    .map(Map.Entry::getValue)
                    .distinct()
                    .count()
                == 1;
    for (Admission source : flow.sources()) {
      // Programs know the watermarks of those too that are not read again.
      sources.add(source.stream());
      admissions.add(source);
      if (inputs.contains(source.relation().name())) {
        decisions.put(
            source.stream().qualifiedName(), new Decisions(source.stream().qualifiedName()));
      }
    }
    for (StreamRun stream : flow.streams()) {
      String name = stream.model().name();
      if (inputs.contains(name) && !filled.contains(name)) {
        tables.put(stream.program().output(), "published." + Identifier.quote(name));
      }
    }
    for (Lookup lookup : flow.lookups()) {
      if (inputs.contains(lookup.relation().name())) {
        tables.put(lookup.relation(), "state." + Identifier.quote(lookup.copyName()));
      }
    }
  }

  /**
   * What is filled, by the name of the flow; flows of which nothing is are missing.
   *
   * @param filled names of streams
   * @param undone of streams whose old version can go on, where it stands
   * @param starts of streams that leave out rows of their sources before an instant, that instant
   */
  public static Map<String, FillParts> of(
      List<FlowParts> flows,
      Set<String> filled,
      Map<String, String> undone,
      Map<String, Long> starts) {
    Map<String, FillParts> fills = new LinkedHashMap<>();
    for (FlowParts flow : flows) {
      FillParts parts = new FillParts(flow, filled, undone, starts);
      if (!parts.names().isEmpty()) {
        fills.put(flow.name(), parts);
      }
    }
    return fills;
  }

  private static boolean isOf(Admission source, Relation input) {
    return source.relation().name().equals(input.name());
  }

  /** Rows of the sources whose event time is before this are of no use to any of the streams. */
  long since() {
    return since;
  }

  /** The names of the streams that are filled; none is normal. */
  public List<String> names() {
    return streams.keySet().stream().map(ModelSpec::name).toList();
  }

  /**
   * True if what was filled before a restart is of use: tables of other streams that were read have
   * changed since.
   */
  public boolean canGoOn() {
    return tables.isEmpty();
  }

  /**
   * True if the new tables begin as what the old ones are, since these are of the same version and
   * only stood still.
   */
  public boolean goesOn() {
    return goesOn;
  }

  /**
   * True if an old version can go on after the flow has: what builds' tables and the rows of change
   * data were then is not kept.
   */
  boolean keepsOld() {
    return tables.isEmpty() && !readsChanges();
  }

  /** Sources whose topics are read again. */
  public List<StreamSpec> read() {
    return sources.stream().filter(s -> decisions.containsKey(s.qualifiedName())).toList();
  }

  /** Topics that are read again. */
  public List<String> topics() {
    return read().stream().map(StreamSpec::topic).toList();
  }

  /** True if change data is read again. */
  boolean readsChanges() {
    return read().stream().anyMatch(s -> s.format().isChanges());
  }

  /** The names of the tables of schema {@code state} in which it keeps rows of change data. */
  public List<String> changedRows() {
    return sources.stream().filter(s -> s.format().isChanges()).map(CurrentRows::filling).toList();
  }

  /** All sources of the flow. */
  Set<String> sources() {
    return sources.stream().map(StreamSpec::qualifiedName).collect(Collectors.toSet());
  }

  /** What was decided about the records that are read again, by source. */
  Map<String, Decisions> decisions() {
    return decisions;
  }

  /** The parts of a run that fills; each run has its own. */
  FlowParts make() {
    List<Admission> decided = new ArrayList<>();
    for (Admission admission : admissions) {
      String source = admission.stream().qualifiedName();
      Decisions known = decisions.getOrDefault(source, new Decisions(source));
      decided.add(admission.decided(known));
    }
    List<StreamRun> runs = new ArrayList<>();
    streams.forEach((model, program) -> runs.add(StreamRun.beside(model, program)));
    List<TableInput> inputs = new ArrayList<>();
    tables.forEach((relation, table) -> inputs.add(new TableInput(relation, table)));
    return new FlowParts(flow, decided, runs, inputs, List.of());
  }
}
