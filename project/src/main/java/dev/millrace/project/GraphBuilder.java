package dev.millrace.project;

import dev.millrace.project.AssetGraph.Asset;
import dev.millrace.project.AssetGraph.Edge;
import dev.millrace.project.AssetGraph.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Builds the graph of assets of a checked project. */
final class GraphBuilder {
  private final List<Asset> assets = new ArrayList<>();
  private final Set<Edge> edges = new LinkedHashSet<>();

  /** The id of every table, by its name in lower case. */
  private final Map<String, String> tables = new TreeMap<>();

  private GraphBuilder() {}

  static AssetGraph build(
      List<SourceSpec> sources,
      List<ModelSpec> models,
      List<BatchSpec> batch,
      ModelSet drafts,
      List<SinkSpec> sinks,
      List<DashboardSpec> dashboards,
      Map<String, String> dashboardFiles) {
    GraphBuilder builder = new GraphBuilder();
    for (SourceSpec source : sources) {
      for (StreamSpec stream : source.streams()) {
        String id = stream.qualifiedName();
        builder.add(new Asset(id, stream.name(), Kind.SOURCE, stream.where().file()), true);
      }
    }
    for (ModelSpec model : models) {
      Kind kind = Kind.valueOf(model.materialization().name());
      builder.add(
          new Asset(model.name(), model.name(), kind, model.file()), kind != Kind.EPHEMERAL);
      drafts
          .draft(model.name())
          .ifPresent(d -> d.references().forEach(r -> builder.edge(r.id(), model.name())));
    }
    for (BatchSpec made : batch) {
      builder.add(new Asset(made.name(), made.name(), made.kind(), made.file()), true);
      made.reads().forEach(r -> builder.edge(r, made.name()));
    }
    for (SinkSpec sink : sinks) {
      String id = "sink:" + sink.name();
      builder.add(new Asset(id, sink.name(), Kind.SINK, sink.where().file()), false);
      builder.edge(sink.from(), id);
    }
    builder.chains(sources, sinks);
    for (DashboardSpec dashboard : dashboards) {
      builder.dashboard(dashboard, dashboardFiles.getOrDefault(dashboard.name(), ""));
    }
    return new AssetGraph(builder.ordered(), List.copyOf(builder.edges));
  }

  /** Streams read what builds make, and the other way round: each asset after those it reads. */
  private List<Asset> ordered() {
    Map<String, Asset> byId = new LinkedHashMap<>();
    assets.forEach(a -> byId.put(a.id(), a));
    Map<String, List<String>> reads = new HashMap<>();
    edges.forEach(e -> reads.computeIfAbsent(e.to(), k -> new ArrayList<>()).add(e.from()));
    Map<String, Asset> ordered = new LinkedHashMap<>();
    Set<String> seen = new HashSet<>();
    assets.forEach(a -> visit(a, byId, reads, seen, ordered));
    return List.copyOf(ordered.values());
  }

  private static void visit(
      Asset asset,
      Map<String, Asset> byId,
      Map<String, List<String>> reads,
      Set<String> seen,
      Map<String, Asset> ordered) {
    if (!seen.add(asset.id())) {
      return;
    }
    if (asset.kind() != Kind.SOURCE) {
      for (String read : reads.getOrDefault(asset.id(), List.of())) {
        Asset above = byId.get(read);
        if (above != null) {
          visit(above, byId, reads, seen, ordered);
        }
      }
    }
    ordered.put(asset.id(), asset);
  }

  private void add(Asset asset, boolean table) {
    assets.add(asset);
    if (table) {
      tables.put(asset.id().toLowerCase(Locale.ROOT), asset.id());
    }
  }

  private void edge(String from, String to) {
    edges.add(new Edge(from, to));
  }

  /**
   * A source reads the sinks that write its topic. A project that writes what it reads goes round
   * in a circle, and the graph does not: its topics are where it begins.
   */
  private void chains(List<SourceSpec> sources, List<SinkSpec> sinks) {
    for (SinkSpec sink : sinks) {
      String from = "sink:" + sink.name();
      for (SourceSpec source : sources) {
        for (StreamSpec stream : source.streams()) {
          boolean isRead =
              sink.system().equals(TargetReader.KAFKA) && sink.table().equals(stream.topic());
          if (isRead && !reaches(stream.qualifiedName(), from)) {
            edge(from, stream.qualifiedName());
          }
        }
      }
    }
  }

  private boolean reaches(String from, String to) {
    Set<String> seen = new LinkedHashSet<>(Set.of(from));
    Deque<String> next = new ArrayDeque<>(seen);
    while (!next.isEmpty()) {
      String asset = next.remove();
      edges.stream()
          .filter(e -> e.from().equals(asset) && seen.add(e.to()))
          .forEach(e -> next.add(e.to()));
    }
    return seen.contains(to);
  }

  /** The tables of a dashboard are those named in its SQL; whether they are there, DuckDB says. */
  private void dashboard(DashboardSpec dashboard, String file) {
    String id = "dashboard:" + dashboard.name();
    add(new Asset(id, dashboard.name(), Kind.DASHBOARD, file), false);
    Set<String> named = new LinkedHashSet<>();
    dashboard.filters().forEach(f -> named.addAll(SqlText.tables(f.sql())));
    dashboard.panels().forEach(p -> named.addAll(SqlText.tables(p.sql())));
    for (String name : named) {
      String table = tables.get(name.toLowerCase(Locale.ROOT));
      if (table != null) {
        edge(table, id);
      }
    }
  }
}
