package dev.millrace.server;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.connect.StreamDeclaration;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import dev.millrace.api.option.Quantities;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import dev.millrace.project.AssetGraph;
import dev.millrace.project.AssetGraph.Asset;
import dev.millrace.project.AssetGraph.Edge;
import dev.millrace.project.AssetGraph.Kind;
import dev.millrace.project.DashboardSpec;
import dev.millrace.project.JobSpec;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.ModelSpec.Emit;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.Project;
import dev.millrace.project.Schedule;
import dev.millrace.project.SinkSpec;
import dev.millrace.project.SourceSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.project.SystemSpec;
import dev.millrace.project.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The checked project of examples/ads as the loader makes it, without its templates. */
final class AdsProject {
  /** What no answer may contain. */
  static final String SECRET = "correct-horse-battery-staple";

  private static final Path FOLDER = folder();
  private static final SourceLocation PLACE = SourceLocation.ofFile("dashboards/ads.yml");

  private AdsProject() {}

  private static Path folder() {
    Path here = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(here.resolve("examples/ads"))) {
      here = Objects.requireNonNull(here.getParent(), "examples/ads is in no folder above");
    }
    return here.resolve("examples/ads");
  }

  static Project load(DashboardSpec... more) {
    List<DashboardSpec> dashboards = new ArrayList<>(List.of(dashboard()));
    dashboards.addAll(List.of(more));
    List<ModelSpec> models =
        List.of(
            model("clean_impressions", Materialization.EPHEMERAL, "ads.impressions"),
            model("clean_clicks", Materialization.EPHEMERAL, "ads.clicks"),
            model("attributed", Materialization.STREAM, "clean_impressions", "clean_clicks"),
            model("attributed_clicks", Materialization.STREAM, "clean_impressions", "clean_clicks"),
            model("campaign_minutes", Materialization.STREAM, "attributed"),
            model("campaign_minutes_final", Materialization.STREAM, "clean_impressions"),
            model("country_minutes", Materialization.STREAM, "attributed_clicks"),
            model("network_minutes", Materialization.STREAM, "campaign_minutes"));
    List<SinkSpec> sinks =
        List.of(
            sink("campaign_minutes", WriteMode.UPSERT, "campaign_id", "minute"),
            sink("network_minutes", WriteMode.UPSERT, "minute"),
            sink("attributed_clicks", WriteMode.APPEND),
            sink("campaign_minutes_final", WriteMode.APPEND));
    Target target =
        new Target(
            "dev",
            List.of(
                new SystemSpec("kafka", "kafka", true, options(), PLACE),
                new SystemSpec(
                    "postgres",
                    "postgres",
                    false,
                    new Options(
                        List.of(Option.required("password", OptionType.SECRET, "", "")),
                        Map.of("password", SECRET)),
                    PLACE)));
    return new Project(
        "ads",
        FOLDER,
        ZoneId.of("UTC"),
        target,
        Map.of(),
        List.of(
            new SourceSpec(
                "ads",
                Optional.of("generator"),
                options(),
                List.of(
                    stream(
                        "impressions",
                        "impression_id VARCHAR, campaign_id INTEGER, user_id VARCHAR, country"
                            + " VARCHAR, device VARCHAR, cost DECIMAL(10;6), shown_at TIMESTAMPTZ"),
                    stream(
                        "clicks",
                        "click_id VARCHAR, impression_id VARCHAR, clicked_at TIMESTAMPTZ")),
                PLACE)),
        models,
        List.of(),
        sinks,
        dashboards,
        List.of(job("marts", "All that is built, with `tests`."), job("reports", "")),
        List.of(),
        graph(models, sinks, dashboards));
  }

  private static JobSpec job(String name, String description) {
    SourceLocation place = SourceLocation.ofFile("jobs.yml");
    return new JobSpec(
        name,
        description,
        Optional.of(new Schedule.Every(Duration.ofDays(1), "1 day")),
        JobSpec.Command.BUILD,
        List.of(),
        List.of(),
        false,
        Map.of(),
        new JobSpec.Retries(0, Duration.ZERO, 1, Duration.ZERO),
        Optional.empty(),
        JobSpec.Overlap.SKIP,
        JobSpec.CatchUp.ONCE,
        false,
        Optional.empty(),
        place,
        place);
  }

  private static Options options() {
    return new Options(List.of(), Map.of());
  }

  private static AssetGraph graph(
      List<ModelSpec> models, List<SinkSpec> sinks, List<DashboardSpec> dashboards) {
    List<Asset> assets = new ArrayList<>();
    List<Edge> edges = new ArrayList<>();
    for (String stream : List.of("impressions", "clicks")) {
      assets.add(new Asset("ads." + stream, stream, Kind.SOURCE, "sources/ads.yml"));
    }
    for (ModelSpec model : models) {
      Kind kind = Kind.valueOf(model.materialization().name());
      assets.add(new Asset(model.name(), model.name(), kind, model.file()));
      model.reads().forEach(read -> edges.add(new Edge(read, model.name())));
    }
    for (SinkSpec sink : sinks) {
      assets.add(new Asset("sink:" + sink.name(), sink.name(), Kind.SINK, "sinks/postgres.yml"));
      edges.add(new Edge(sink.from(), "sink:" + sink.name()));
    }
    for (DashboardSpec d : dashboards) {
      String id = "dashboard:" + d.name();
      assets.add(new Asset(id, d.name(), Kind.DASHBOARD, "dashboards/" + d.name() + ".yml"));
      if (d.name().equals("ads")) {
        edges.add(new Edge("campaign_minutes", id));
        edges.add(new Edge("country_minutes", id));
      }
    }
    return new AssetGraph(assets, edges);
  }

  private static ModelSpec model(String name, Materialization materialization, String... reads) {
    String file = "models/" + name + ".sql";
    return new ModelSpec(
        name,
        file,
        materialization,
        name.endsWith("_final") ? Emit.ON_CLOSE : Emit.ON_CHANGE,
        Optional.of(Duration.ofDays(2)),
        read(file),
        List.of(reads),
        Map.of(),
        name.equals("campaign_minutes") ? "What each campaign did in each minute." : "",
        Map.of("cost", "In EUR.", "click_through_rate", "Clicks for each impression."),
        (offset, length) -> SourceLocation.ofFile(file));
  }

  private static SinkSpec sink(String from, WriteMode mode, String... key) {
    return new SinkSpec(
        from,
        from,
        "postgres",
        "ads." + from,
        mode,
        List.of(key),
        1 << 30,
        options(),
        PLACE,
        Map.of());
  }

  private static StreamSpec stream(String name, String columns) {
    List<Column> schema = new ArrayList<>();
    for (String column : columns.split(", ")) {
      String[] words = column.replace(';', ',').split(" ", 2);
      schema.add(new Column(words[0], DataTypeParser.parse(words[1]).orElseThrow()));
    }
    return new StreamSpec(
        "ads",
        new StreamDeclaration(name, new Schema(schema), Map.of()),
        "ads." + name,
        2,
        name.equals("clicks") ? "clicked_at" : "shown_at",
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofSeconds(5),
        Optional.of(
            new StreamSpec.Unique(
                name.equals("clicks") ? "click_id" : "impression_id", Duration.ofMinutes(2))),
        StreamSpec.ExtraFields.IGNORE,
        StreamSpec.OnBad.SET_ASIDE,
        1 << 20,
        PLACE);
  }

  private static DashboardSpec dashboard() {
    JsonNode file =
        Json.MAPPER.valueToTree(
            new Load(LoadSettings.builder().build()).loadFromString(read("dashboards/ads.yml")));
    List<DashboardSpec.Filter> filters = new ArrayList<>();
    for (JsonNode f : file.path("filters")) {
      filters.add(
          new DashboardSpec.Filter(
              f.path("name").asText(), f.path("label").asText(), f.path("sql").asText(), PLACE));
    }
    List<DashboardSpec.Panel> panels = new ArrayList<>();
    file.path("panels").forEach(p -> panels.add(panel(p)));
    List<Duration> ranges = new ArrayList<>();
    file.path("time").path("ranges").forEach(r -> ranges.add(duration(r)));
    return new DashboardSpec(
        "ads",
        file.path("title").asText(),
        file.path("description").asText(),
        ranges,
        duration(file.path("time").path("default")),
        filters,
        panels,
        PLACE);
  }

  private static DashboardSpec.Panel panel(JsonNode p) {
    List<String> y = new ArrayList<>();
    p.path("y").forEach(column -> y.add(column.asText()));
    return new DashboardSpec.Panel(
        p.path("title").asText(),
        DashboardSpec.Kind.valueOf(p.path("type").asText().toUpperCase(Locale.ROOT)),
        p.path("sql").asText(),
        Optional.ofNullable(p.path("x").asText(null)),
        y,
        Optional.ofNullable(p.path("series").asText(null)),
        p.path("format").asText("number"),
        p.path("width").asInt(),
        "",
        PLACE);
  }

  private static Duration duration(JsonNode text) {
    return Quantities.duration(text.asText()).orElseThrow();
  }

  private static String read(String file) {
    try {
      return Files.readString(FOLDER.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
