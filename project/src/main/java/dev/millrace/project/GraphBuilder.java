package dev.millrace.project;

import dev.millrace.project.AssetGraph.Asset;
import dev.millrace.project.AssetGraph.Edge;
import dev.millrace.project.AssetGraph.Kind;
import java.util.ArrayList;
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
    for (SinkSpec sink : sinks) {
      String id = "sink:" + sink.name();
      builder.add(new Asset(id, sink.name(), Kind.SINK, sink.where().file()), false);
      builder.edge(sink.from(), id);
    }
    for (DashboardSpec dashboard : dashboards) {
      builder.dashboard(dashboard, dashboardFiles.getOrDefault(dashboard.name(), ""));
    }
    return new AssetGraph(builder.assets, List.copyOf(builder.edges));
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
