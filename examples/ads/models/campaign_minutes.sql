{{ config(materialized='stream', retain='2 days') }}
SELECT
  campaign_id,
  {{ minute('shown_at') }} AS minute,
  count(*) AS impressions,
  count(click_id) AS clicks,
  {{ rate('count(click_id)', 'count(*)') }} AS click_through_rate,
  sum(cost) AS cost,
  max(cost) AS highest_cost,
  avg(cost) AS average_cost,
  count(DISTINCT user_id) AS users
FROM {{ ref('attributed') }}
GROUP BY ALL
