package dev.millrace.sql;

import java.sql.SQLException;

/** The models of examples/ads as the template engine renders them. */
final class AdsModels {
  private static final String CLEAN =
      """
      WITH "clean_impressions" AS (
        SELECT impression_id, campaign_id, user_id, upper(country) AS country, device, cost, shown_at
        FROM "ads"."impressions"
        WHERE campaign_id > 0 AND cost >= 0
      ), "clean_clicks" AS (
        SELECT click_id, impression_id, clicked_at
        FROM "ads"."clicks"
        WHERE impression_id IS NOT NULL
      )
      """;

  private AdsModels() {}

  static void addTo(Pipeline pipeline) throws SQLException, QueryException {
    pipeline.source(
        "ads.impressions",
        "impression_id VARCHAR, campaign_id INTEGER, user_id VARCHAR, country VARCHAR,"
            + " device VARCHAR, cost DECIMAL(10,6), shown_at TIMESTAMPTZ",
        "shown_at",
        "10 seconds");
    pipeline.source(
        "ads.clicks",
        "click_id VARCHAR, impression_id VARCHAR, clicked_at TIMESTAMPTZ",
        "clicked_at",
        "10 seconds");
    pipeline.stream(
        "attributed",
        CLEAN
            + """
            SELECT
              i.impression_id, i.campaign_id, i.user_id, i.country, i.device, i.cost, i.shown_at,
              c.click_id, c.clicked_at
            FROM "clean_impressions" AS i
            LEFT JOIN "clean_clicks" AS c
              ON c.impression_id = i.impression_id
              AND c.clicked_at BETWEEN i.shown_at AND i.shown_at + INTERVAL '10 minutes'
            """,
        false);
    pipeline.stream(
        "attributed_clicks",
        CLEAN
            + """
            SELECT
              c.click_id, i.impression_id, i.campaign_id, i.country, i.device, i.cost, c.clicked_at,
              epoch(c.clicked_at - i.shown_at) AS seconds_to_click
            FROM "clean_clicks" AS c
            JOIN "clean_impressions" AS i
              ON c.impression_id = i.impression_id
              AND c.clicked_at BETWEEN i.shown_at AND i.shown_at + INTERVAL '10 minutes'
            """,
        false);
    pipeline.stream(
        "campaign_minutes",
        """
        SELECT
          campaign_id,
          time_bucket(INTERVAL 1 MINUTE, shown_at) AS minute,
          count(*) AS impressions,
          count(click_id) AS clicks,
          round(count(click_id) / nullif(count(*), 0), 6) AS click_through_rate,
          sum(cost) AS cost,
          max(cost) AS highest_cost,
          avg(cost) AS average_cost,
          count(DISTINCT user_id) AS users
        FROM "attributed"
        GROUP BY ALL
        """,
        false);
    pipeline.stream(
        "campaign_minutes_final",
        CLEAN
            + """
            SELECT campaign_id, time_bucket(INTERVAL 1 MINUTE, shown_at) AS minute,
              count(*) AS impressions, sum(cost) AS cost
            FROM "clean_impressions"
            GROUP BY ALL
            """,
        true);
    pipeline.stream(
        "country_minutes",
        """
        SELECT
          country, device, time_bucket(INTERVAL 1 MINUTE, clicked_at) AS minute,
          count(*) AS clicks,
          avg(seconds_to_click) AS seconds_to_click
        FROM "attributed_clicks"
        GROUP BY ALL
        """,
        false);
    pipeline.stream(
        "network_minutes",
        """
        SELECT
          minute,
          sum(impressions) AS impressions,
          sum(clicks) AS clicks,
          round(sum(clicks) / nullif(sum(impressions), 0), 6) AS click_through_rate,
          sum(cost) AS cost,
          count(*) AS campaigns
        FROM "campaign_minutes"
        GROUP BY minute
        """,
        false);
  }
}
