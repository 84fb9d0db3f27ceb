{{ config(materialized='stream', retain='2 days') }}
-- A stream on a stream on a stream: all campaigns together.
SELECT
  minute,
  sum(impressions) AS impressions,
  sum(clicks) AS clicks,
  {{ rate('sum(clicks)', 'sum(impressions)') }} AS click_through_rate,
  sum(cost) AS cost,
  count(*) AS campaigns
FROM {{ ref('campaign_minutes') }}
GROUP BY minute
