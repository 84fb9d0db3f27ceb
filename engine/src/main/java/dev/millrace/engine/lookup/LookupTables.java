package dev.millrace.engine.lookup;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problems;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.load.DbtProjects;
import dev.millrace.dbt.load.LoadSetting;
import dev.millrace.dbt.load.LoadedProject;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.dbt.run.EmptyRelations;
import dev.millrace.engine.ProjectFunctions;
import dev.millrace.engine.batch.BatchLimits;
import dev.millrace.engine.batch.StoreAdapter;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import dev.millrace.sql.Relation;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a project that builds make and streams read, as dbt's half knows them. Their
 * columns come from the project's files alone: from an empty store in a temporary folder in which
 * models are compiled, so that a project can be checked before anything was built. For one thread.
 */
public final class LookupTables implements AutoCloseable {
  private static final long MEMORY = 256L << 20;
  private static final Set<NodeType> TYPES =
      Set.of(NodeType.MODEL, NodeType.SEED, NodeType.SNAPSHOT);

  private final Project project;
  private final Map<String, Relation> known = new HashMap<>();
  private @Nullable LoadedProject loaded;
  private @Nullable Store scratch;
  private @Nullable Path folder;

  /** The tables of a project; dbt's half is read when it is first needed. */
  public LookupTables(Project project) {
    this.project = project;
  }

  private LoadedProject loaded() {
    LoadedProject read = loaded;
    if (read == null) {
      LoadSetting defaults = LoadSetting.of(System.getenv());
      // With a dbt_project.yml targets are those of profiles.yml.
      LoadSetting setting =
          Files.isRegularFile(project.folder().resolve("dbt_project.yml"))
              ? defaults
              : defaults.withTarget(project.target().name());
      read =
          DbtProjects.load(
              project.folder(), setting.withVars(new HashMap<>(project.vars())), new Problems());
      loaded = read;
    }
    return read;
  }

  private Node node(String name) {
    return loaded().manifest().nodes().values().stream()
        .filter(n -> TYPES.contains(n.type()) && n.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no node " + name));
  }

  /**
   * A table as programs read it, with all its columns.
   *
   * @param streams the streams that were compiled before, of which it may be made
   * @throws MillraceException if its columns cannot be told, with the place in the project
   */
  public Relation relation(String name, Map<String, Relation> streams) {
    Relation relation = known.get(name);
    if (relation == null) {
      relation = Relation.ofTable(name, columns(node(name), streams));
      known.put(name, relation);
    }
    return relation;
  }

  private Schema columns(Node node, Map<String, Relation> streams) {
    Function<Node, Optional<String>> ofStream =
        n -> Optional.ofNullable(streams.get(n.name())).map(r -> noRows(r.schema()));
    List<ColumnInfo> columns =
        new EmptyRelations(
                loaded(),
                new StoreAdapter(scratch(), BatchLimits.alone(1), project.folder()),
                ofStream)
            .columns(Set.of(node.id()))
            .getOrDefault(node.id(), List.of());
    return LookupTable.readable(
        columns.stream().map(ColumnInfo::name).toList(),
        columns.stream().map(ColumnInfo::type).toList());
  }

  private static String noRows(Schema schema) {
    return schema.columns().stream()
        .map(LookupTables::none)
        .collect(Collectors.joining(", ", "SELECT ", " WHERE false"));
  }

  private static String none(Column column) {
    return "NULL::" + column.type() + " AS " + Identifier.quote(column.name());
  }

  private Store scratch() {
    Store opened = scratch;
    if (opened == null) {
      try {
        Path made = Files.createTempDirectory("millrace-columns");
        folder = made;
        opened =
            Store.open(
                new StoreOptions(made, project.timeZone(), MEMORY, 1)
                    .with(ProjectFunctions.load(project.folder(), new Problems())));
        scratch = opened;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return opened;
  }

  /** Where the tables are that programs look up, by name. */
  public static Map<String, LookupTable> locate(
      Project project, Map<String, StreamProgram> programs) {
    Map<String, LookupTable> tables = new TreeMap<>();
    try (LookupTables lookups = new LookupTables(project)) {
      UsedColumns.ofTables(programs.values())
          .forEach((name, columns) -> tables.put(name, lookups.locate(name, columns)));
    }
    return tables;
  }

  /** The tables of builds that the project's sinks deliver, with all their columns, by name. */
  public static Map<String, LookupTable> delivered(
      Project project, Map<String, StreamProgram> programs) {
    Set<String> names =
        project.sinks().stream()
            .map(SinkSpec::from)
            .filter(n -> project.batch().stream().anyMatch(b -> b.name().equals(n)))
            .collect(Collectors.toSet());
    Map<String, LookupTable> tables = new TreeMap<>();
    Map<String, Relation> streams = new HashMap<>();
    programs.forEach((name, program) -> streams.put(name, program.output()));
    try (LookupTables lookups = new LookupTables(project)) {
      for (String name : names) {
        tables.put(name, lookups.locate(name, lookups.relation(name, streams).schema()));
      }
    }
    return tables;
  }

  private LookupTable locate(String name, Schema columns) {
    Node node = node(name);
    Set<String> made = new HashSet<>();
    for (Node part : EmptyRelations.closure(loaded(), Set.of(node.id()))) {
      part.relation().ifPresent(r -> made.add(LookupTable.written(r.schema(), r.identifier())));
    }
    dev.millrace.dbt.adapter.Relation relation = node.relation().orElseThrow();
    return new LookupTable(name, relation.schema(), relation.identifier(), made, columns);
  }

  @Override
  public void close() {
    if (scratch != null) {
      scratch.close();
    }
    Path made = folder;
    if (made != null) {
      try (Stream<Path> files = Files.walk(made)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
