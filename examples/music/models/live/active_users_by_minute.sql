{{ config(materialized='stream', retain='2 days') }}
SELECT
  {{ minute('viewed_at') }} AS minute,
  device,
  count(DISTINCT user_id) AS users,
  count(*) AS views,
  count(*) FILTER (status >= 400) AS errors
FROM {{ ref('bronze_page_views') }}
GROUP BY ALL
