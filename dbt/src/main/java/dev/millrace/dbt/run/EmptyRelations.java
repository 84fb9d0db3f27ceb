package dev.millrace.dbt.run;

import dev.millrace.api.type.Identifier;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.context.CompiledNode;
import dev.millrace.dbt.context.RunContext;
import dev.millrace.dbt.context.RunSetting;
import dev.millrace.dbt.load.LoadedProject;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells the columns that nodes will have, without a build: in a scratch database models become
 * views of their compiled SQL, which reads no row, and seeds and snapshots empty tables. Hooks of
 * models do not run. For one thread.
 */
public final class EmptyRelations {
  private final LoadedProject project;
  private final Adapter scratch;
  private final Function<Node, Optional<String>> known;

  /**
   * Relations of a project.
   *
   * @param scratch of an engine whose database is empty and nobody's
   * @param known a SELECT of no row with the columns of a model that is kept up to date; empty for
   *     one that is compiled as others are
   */
  public EmptyRelations(
      LoadedProject project, Adapter scratch, Function<Node, Optional<String>> known) {
    this.project = project;
    this.scratch = scratch;
    this.known = known;
  }

  /** The nodes that some nodes are made of, these among them, each after those that it reads. */
  public static List<Node> closure(LoadedProject project, Set<String> ids) {
    Set<String> wanted = new HashSet<>(ids);
    List<Node> nodes = new ArrayList<>(project.manifest().nodes().values());
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (wanted.contains(nodes.get(i).id())) {
        wanted.addAll(nodes.get(i).dependsOn());
      }
    }
    return nodes.stream().filter(n -> wanted.contains(n.id())).toList();
  }

  /**
   * The columns of nodes that have a relation, by id.
   *
   * @throws dev.millrace.api.error.StopException if a node cannot be compiled or made, with the
   *     place in the project
   */
  public Map<String, List<ColumnInfo>> columns(Set<String> ids) {
    List<Node> nodes = closure(project, ids);
    Map<String, List<ColumnInfo>> columns = new LinkedHashMap<>();
    try (AdapterSession session = scratch.open()) {
      createSchemas(session, nodes);
      RunContext views = context(session, nodes, false);
      RunContext tables = context(session, nodes, true);
      for (Node node : nodes) {
        Relation relation = node.relation().orElse(null);
        if (relation == null || node.isEphemeral()) {
          continue;
        }
        make(node, relation, session, views, tables);
        if (ids.contains(node.id())) {
          columns.put(node.id(), session.columns(relation));
        }
      }
    }
    return columns;
  }

  private void make(
      Node node, Relation relation, AdapterSession session, RunContext views, RunContext tables) {
    if (node.type() == NodeType.SEED) {
      tables.materialize(node, null);
    } else if (node.type() == NodeType.SNAPSHOT) {
      tables.materialize(node, tables.compile(node));
    } else if (node.type() == NodeType.MODEL) {
      String view = "CREATE OR REPLACE VIEW " + relation + " AS\n";
      Optional<String> select = known.apply(node);
      if (select.isPresent()) {
        session.execute(view + select.get(), false);
      } else {
        CompiledNode made = views.compile(node);
        views.execute(
            node,
            new CompiledNode(
                made.id(), view + made.sql(), made.ownSql(), made.ephemeral(), made.places()));
      }
    }
  }

  private RunContext context(AdapterSession session, List<Node> nodes, boolean empty) {
    Map<String, @Nullable Object> flags = new LinkedHashMap<>();
    flags.put("WHICH", "build");
    flags.put("FULL_REFRESH", false);
    flags.put("EMPTY", empty);
    return new RunContext(
        project.manifest(),
        project.macros(),
        session,
        new RunSetting(
            flags,
            project.setting().invocationId(),
            project.setting().startedAt(),
            project.setting().environment(),
            nodes.stream().map(Node::id).toList(),
            Map.of(),
            Optional.empty(),
            new HashSet<>(),
            line -> {}));
  }

  private void createSchemas(AdapterSession session, List<Node> nodes) {
    Set<String> schemas = new LinkedHashSet<>();
    nodes.forEach(
        n ->
            n.relation()
                .ifPresent(
                    r ->
                        schemas.add(
                            Identifier.quote(r.database()) + "." + Identifier.quote(r.schema()))));
    schemas.forEach(schema -> session.execute("CREATE SCHEMA IF NOT EXISTS " + schema, false));
  }
}
