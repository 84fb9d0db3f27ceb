package dev.millrace.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.engine.Instance;
import dev.millrace.project.DashboardSpec;
import dev.millrace.project.Project;
import dev.millrace.sql.gate.QueryResult;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The project and its dashboards as the page reads them; never an option, which may be a secret.
 */
final class ProjectJson {
  private ProjectJson() {}

  static ObjectNode of(Instance instance) {
    Project project = instance.project();
    ObjectNode node = Json.object();
    node.put("name", project.name());
    node.put("target", project.target().name());
    node.put("timeZone", project.timeZone().getId());
    Map<String, String> descriptions = new HashMap<>();
    project.models().forEach(m -> descriptions.put(m.name(), m.description()));
    project.batch().forEach(b -> descriptions.put(b.name(), b.description()));
    ArrayNode assets = node.putArray("assets");
    project
        .graph()
        .assets()
        .forEach(
            asset -> {
              ObjectNode one = assets.addObject();
              one.put("id", asset.id()).put("name", asset.name());
              one.put("kind", asset.kind().name()).put("file", asset.file());
              one.put("description", descriptions.getOrDefault(asset.id(), ""));
            });
    ArrayNode edges = node.putArray("edges");
    project
        .graph()
        .edges()
        .forEach(edge -> edges.addObject().put("from", edge.from()).put("to", edge.to()));
    ArrayNode dashboards = node.putArray("dashboards");
    project
        .dashboards()
        .forEach(d -> dashboards.addObject().put("name", d.name()).put("title", d.title()));
    return node;
  }

  static ObjectNode dashboard(DashboardSpec dashboard, Queries queries) {
    ObjectNode node = Json.object();
    node.put("name", dashboard.name());
    node.put("title", dashboard.title());
    node.put("description", dashboard.description());
    node.put("file", dashboard.where().file());
    node.put("defaultRange", AssetJson.text(dashboard.defaultRange()));
    ArrayNode ranges = node.putArray("ranges");
    dashboard.timeRanges().forEach(r -> ranges.add(AssetJson.text(r)));
    ArrayNode filters = node.putArray("filters");
    for (DashboardSpec.Filter filter : dashboard.filters()) {
      ObjectNode one = filters.addObject().put("name", filter.name()).put("label", filter.label());
      try {
        QueryResult choices = DashboardQuery.choices(queries, filter);
        ArrayNode values = one.putArray("values");
        choices
            .rows()
            .forEach(row -> values.add(row.get(0) == null ? "" : String.valueOf(row.get(0))));
      } catch (MillraceException e) {
        one.set("error", Json.problem(e));
      }
    }
    ArrayNode panels = node.putArray("panels");
    for (DashboardSpec.Panel panel : dashboard.panels()) {
      ObjectNode one = panels.addObject();
      one.put("title", panel.title());
      one.put("kind", panel.kind().name().toLowerCase(Locale.ROOT));
      one.put("x", panel.x().orElse(null));
      ArrayNode y = one.putArray("y");
      panel.y().forEach(y::add);
      one.put("series", panel.series().orElse(null));
      one.put("format", panel.format());
      one.put("width", panel.width());
      one.put("text", panel.text());
    }
    return node;
  }
}
