package dev.millrace.dbt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.project.AssetGraphPrinter;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.project.SourceSpec;
import dev.millrace.project.StreamSpec;
import dev.millrace.project.SystemSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdsProjectTest {
  private static final Path ADS = Path.of("..", "examples", "ads");

  private static Project load(@Nullable String target, Map<String, String> environment) {
    Problems problems = new Problems();
    ProjectLoader loader =
        new ProjectLoader(DeclaredConnector.ALL, new DbtTemplates(), environment);
    Project project = loader.load(ADS, target, problems);
    assertThat(problems.all()).isEmpty();
    return project;
  }

  @Test
  void loadsForDevelopment() {
    Project project = load(null, Map.of());
    assertThat(project.name()).isEqualTo("ads");
    assertThat(project.target().name()).isEqualTo("dev");
    assertThat(project.target().systems()).allMatch(SystemSpec::embedded);
    SourceSpec source = project.sources().get(0);
    assertThat(source.connector()).contains("generator");
    assertThat(source.options().number("rate")).isEqualTo(1000);
    StreamSpec impressions = source.streams().get(0);
    assertThat(impressions.topic()).isEqualTo("ads.impressions");
    assertThat(impressions.allowedLateness()).isEqualTo(Duration.ofSeconds(10));
    assertThat(impressions.unique())
        .contains(new StreamSpec.Unique("impression_id", Duration.ofMinutes(2)));
    assertThat(impressions.declaration().schema().names())
        .containsExactly(
            "impression_id", "campaign_id", "user_id", "country", "device", "cost", "shown_at");
    assertThat(impressions.declaration().options()).containsOnlyKeys("generate");
    assertThat(project.sinks()).hasSize(4);
    assertThat(project.dashboards().get(0).panels()).hasSize(9);
  }

  @Test
  void loadsForProduction() {
    Project project =
        load(
            "prod",
            Map.of(
                "KAFKA_BROKERS", "kafka:9092",
                "POSTGRES_URL", "jdbc:postgresql://db/ads",
                "POSTGRES_USER", "ads",
                "POSTGRES_PASSWORD", "geheim"));
    assertThat(project.sources().get(0).connector()).isEmpty();
    SystemSpec postgres = project.target().system("postgres").orElseThrow();
    assertThat(postgres.embedded()).isFalse();
    assertThat(postgres.options().text("password")).isEqualTo("geheim");
    assertThat(project.toString()).doesNotContain("geheim");
  }

  @Test
  void inlinesEphemeralModelsAndKnowsTheirPlaces() {
    ModelSpec model = load("dev", Map.of()).model("attributed_clicks").orElseThrow();
    assertThat(model.sql().strip())
        .isEqualTo(
            """
            -- The clicks that found their impression, with the seconds that the person hesitated.
            WITH "__dbt__cte__clean_clicks" AS (

            SELECT click_id, impression_id, clicked_at
            FROM "ads"."clicks"
            WHERE impression_id IS NOT NULL
            ), "__dbt__cte__clean_impressions" AS (

            -- Test traffic runs under campaign 0; it is nobody's money.
            SELECT impression_id, campaign_id, user_id, upper(country) AS country, device, cost, shown_at
            FROM "ads"."impressions"
            WHERE campaign_id > 0 AND cost >= 0
            )
            SELECT
              c.click_id, i.impression_id, i.campaign_id, i.country, i.device, i.cost, c.clicked_at,
              epoch(c.clicked_at - i.shown_at) AS seconds_to_click
            FROM "__dbt__cte__clean_clicks" AS c
            JOIN "__dbt__cte__clean_impressions" AS i
              ON c.impression_id = i.impression_id
              AND c.clicked_at BETWEEN i.shown_at AND i.shown_at + INTERVAL '10 minutes'""");
    assertThat(model.reads()).containsExactly("ads.clicks", "ads.impressions");
    assertThat(place(model, "upper(country)"))
        .isEqualTo(new SourceLocation("models/clean_impressions.sql", 3, 45, 14));
    assertThat(place(model, "seconds_to_click"))
        .isEqualTo(new SourceLocation("models/attributed_clicks.sql", 5, 39, 16));
    assertThat(place(model, "10 minutes"))
        .isEqualTo(new SourceLocation("models/attributed_clicks.sql", 9, 66, 31));
    assertThat(place(model, "\"ads\".\"clicks\""))
        .isEqualTo(new SourceLocation("models/clean_clicks.sql", 3, 6, 29));
  }

  private static SourceLocation place(ModelSpec model, String text) {
    return model.sourceMap().locate(model.sql().indexOf(text), text.length());
  }

  @Test
  void ordersModelsAndDrawsTheGraph() {
    Project project = load("dev", Map.of());
    List<String> names = project.models().stream().map(ModelSpec::name).toList();
    for (ModelSpec model : project.models()) {
      assertThat(names.subList(0, names.indexOf(model.name())))
          .containsAll(model.reads().stream().filter(r -> !r.contains(".")).toList());
    }
    assertThat(AssetGraphPrinter.print(project, false))
        .isEqualTo(
            """
            ads, target dev on kafka (embedded), postgres (embedded)

            ads.impressions                  source     topic ads.impressions from generator
            └─ clean_impressions             ephemeral
               └─ campaign_minutes_final     stream     on close, kept 2 days
                  └─ campaign_minutes_final  sink       append to postgres ads.campaign_minutes_final
            ads.clicks                       source     topic ads.clicks from generator
            └─ clean_clicks                  ephemeral
               ├─ attributed                 stream     kept 15 minutes, also reads clean_impressions
               │  └─ campaign_minutes        stream     kept 2 days
               │     ├─ network_minutes      stream     kept 2 days
               │     │  └─ network_minutes   sink       upsert to postgres ads.network_minutes
               │     └─ campaign_minutes     sink       upsert to postgres ads.campaign_minutes
               └─ attributed_clicks          stream     kept 1 hour, also reads clean_impressions
                  ├─ country_minutes         stream     kept 2 days
                  │  └─ ads                  dashboard  Advertising, live, also reads campaign_minutes
                  └─ clicks                  sink       append to postgres ads.clicks
            """);
  }
}
