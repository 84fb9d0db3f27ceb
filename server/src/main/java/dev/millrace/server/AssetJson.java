package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.Instance;
import dev.millrace.project.AssetGraph;
import dev.millrace.project.AssetGraph.Asset;
import dev.millrace.project.BatchSpec;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.StateTable;
import dev.millrace.sql.StreamProgram;
import dev.millrace.sql.gate.QueryLimits;
import dev.millrace.sql.gate.QueryParameter;
import dev.millrace.sql.gate.QueryPlace;
import dev.millrace.sql.gate.QueryResult;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Everything that an asset's page shows. */
final class AssetJson {
  private static final QueryLimits SAMPLE = new QueryLimits(50, 1 << 20, QueryLimits.PANEL.time());
  private static final List<String> ASIDE = List.of("late", "rejected", "duplicates");

  private final Instance instance;
  private final Queries queries;

  AssetJson(Instance instance, Queries queries) {
    this.instance = instance;
    this.queries = queries;
  }

  Optional<ObjectNode> of(String id) {
    AssetGraph graph = instance.project().graph();
    return graph.assets().stream().filter(a -> a.id().equals(id)).findFirst().map(this::asset);
  }

  private ObjectNode asset(Asset asset) {
    ObjectNode node = Json.object();
    node.put("id", asset.id()).put("name", asset.name());
    node.put("kind", asset.kind().name()).put("file", asset.file());
    ArrayNode upstream = node.putArray("upstream");
    ArrayNode downstream = node.putArray("downstream");
    for (AssetGraph.Edge edge : instance.project().graph().edges()) {
      if (edge.to().equals(asset.id())) {
        upstream.add(edge.from());
      } else if (edge.from().equals(asset.id())) {
        downstream.add(edge.to());
      }
    }
    switch (asset.kind()) {
      case SOURCE ->
          instance.project().streams().stream()
              .filter(s -> s.qualifiedName().equals(asset.id()))
              .findFirst()
              .ifPresent(s -> source(node, s));
      case STREAM, EPHEMERAL, VIEW, TABLE, SEED, SNAPSHOT -> {
        instance.project().model(asset.name()).ifPresent(m -> model(node, m));
        instance.project().batch().stream()
            .filter(b -> b.name().equals(asset.name()))
            .findFirst()
            .ifPresent(b -> batch(node, b));
      }
      case SINK ->
          instance.project().sinks().stream()
              .filter(s -> s.name().equals(asset.name()))
              .findFirst()
              .ifPresent(s -> sink(node, s));
      case DASHBOARD -> {}
    }
    return node;
  }

  private void source(ObjectNode node, StreamSpec stream) {
    ArrayNode facts = node.putArray("facts");
    fact(facts, "Topic", stream.topic());
    fact(facts, "Event time", stream.eventTime());
    fact(facts, "Allowed lateness", text(stream.allowedLateness()));
    fact(facts, "Ahead of the clock at most", text(stream.maxAhead()));
    fact(facts, "Idle after", text(stream.idleAfter()));
    stream.unique().ifPresent(u -> fact(facts, "Unique", u.key() + " within " + text(u.within())));
    node.set("columns", columns(stream.declaration().schema().columns(), Map.of()));
    ObjectNode aside = node.putObject("aside");
    DataType varchar = new DataType.Scalar(DataType.Kind.VARCHAR);
    QueryParameter name =
        new QueryParameter("source", varchar, Optional.of(stream.qualifiedName()));
    for (String table : ASIDE) {
      String sql =
          "SELECT recorded_at, reason, event_time, \"partition\", \"offset\", value FROM system."
              + table
              + " WHERE source = $source ORDER BY recorded_at DESC";
      aside.set(table, sample(sql, List.of(name), stream.where()));
    }
  }

  private void model(ObjectNode node, ModelSpec model) {
    ArrayNode facts = node.putArray("facts");
    fact(facts, "Materialized", model.materialization().name().toLowerCase(Locale.ROOT));
    if (model.materialization() == ModelSpec.Materialization.STREAM) {
      boolean onClose = model.emit() == ModelSpec.Emit.ON_CLOSE;
      fact(facts, "Published", onClose ? "once, when a window closes" : "after every batch");
      fact(facts, "Kept", model.retain().map(AssetJson::text).orElse("for ever"));
    }
    node.put("description", model.description());
    node.put("sql", model.sql());
    boolean stored = model.materialization() != ModelSpec.Materialization.EPHEMERAL;
    StreamProgram program = instance.programs().get(model.name());
    ObjectNode sample =
        stored
            ? sample(
                "SELECT * FROM " + Identifier.quote(model.name()),
                List.of(),
                SourceLocation.ofFile(model.file()))
            : Json.object();
    if (program != null) {
      List<Column> columns = program.output().schema().columns();
      node.set("columns", columns(columns, model.columnDescriptions()));
      states(node.putArray("states"), model, program.states());
    } else if (sample.has("columns")) {
      ArrayNode columns = sample.withArray("columns").deepCopy();
      columns.forEach(
          c ->
              ((ObjectNode) c)
                  .put(
                      "description",
                      model.columnDescriptions().getOrDefault(c.path("name").asText(), "")));
      node.set("columns", columns);
    }
    if (stored) {
      node.set("sample", sample);
    }
  }

  /** What a build has made, if it is where its name says; with `alias` and `schema` it is not. */
  private void batch(ObjectNode node, BatchSpec made) {
    ArrayNode facts = node.putArray("facts");
    fact(facts, "Made", "by millrace build");
    node.put("description", made.description());
    if (made.kind() != AssetGraph.Kind.EPHEMERAL) {
      ObjectNode sample =
          sample(
              "SELECT * FROM " + Identifier.quote(made.name()),
              List.of(),
              SourceLocation.ofFile(made.file()));
      if (sample.has("columns")) {
        node.set("columns", sample.withArray("columns").deepCopy());
        node.set("sample", sample);
      }
    }
  }

  /** What the stream keeps, with sizes; what it would keep while the store cannot tell. */
  private void states(ArrayNode states, ModelSpec model, List<StateTable> tables) {
    DataType varchar = new DataType.Scalar(DataType.Kind.VARCHAR);
    QueryParameter asset = new QueryParameter("asset", varchar, Optional.of(model.name()));
    String sql =
        "SELECT operator AS name, holds AS text, bound, bounded, \"rows\", bytes"
            + " FROM system.state WHERE asset = $asset ORDER BY bytes DESC, operator";
    ObjectNode stored = sample(sql, List.of(asset), SourceLocation.ofFile(model.file()));
    for (JsonNode row : stored.path("rows")) {
      ObjectNode state = states.addObject();
      for (int i = 0; i < row.size(); i++) {
        state.set(stored.path("columns").path(i).path("name").asText(), row.get(i));
      }
    }
    if (states.isEmpty()) {
      for (StateTable state : tables) {
        states
            .addObject()
            .put("name", state.name())
            .put("text", state.text())
            .put("bound", state.bound())
            .put("bounded", state.bounded());
      }
    }
  }

  private static void sink(ObjectNode node, SinkSpec sink) {
    ArrayNode facts = node.putArray("facts");
    fact(facts, "System", sink.system());
    fact(facts, "Table", sink.table());
    fact(facts, "Mode", sink.mode().name().toLowerCase(Locale.ROOT));
    if (!sink.key().isEmpty()) {
      fact(facts, "Key", String.join(", ", sink.key()));
    }
  }

  private ObjectNode sample(String sql, List<QueryParameter> parameters, SourceLocation where) {
    try {
      QueryResult result = queries.run(sql, parameters, QueryPlace.fixed(where), SAMPLE);
      return Json.result(result);
    } catch (MillraceException e) {
      ObjectNode node = Json.object();
      node.set("error", Json.problem(e));
      return node;
    }
  }

  private static ArrayNode columns(List<Column> columns, Map<String, String> descriptions) {
    ArrayNode array = Json.array();
    for (Column column : columns) {
      array
          .addObject()
          .put("name", column.name())
          .put("type", column.type().toString())
          .put("description", descriptions.getOrDefault(column.name(), ""));
    }
    return array;
  }

  private static void fact(ArrayNode facts, String name, String value) {
    facts.addObject().put("name", name).put("value", value);
  }

  /** Such as {@code 10 minutes}: the largest unit that leaves no rest. */
  static String text(Duration duration) {
    long seconds = duration.toSeconds();
    if (duration.toMillisPart() != 0 || seconds == 0) {
      return duration.toMillis() + " ms";
    }
    long[] sizes = {86_400, 3_600, 60, 1};
    String[] names = {"day", "hour", "minute", "second"};
    for (int i = 0; i < sizes.length; i++) {
      if (seconds % sizes[i] == 0) {
        long count = seconds / sizes[i];
        return count + " " + names[i] + (count == 1 ? "" : "s");
      }
    }
    throw new IllegalStateException();
  }
}
