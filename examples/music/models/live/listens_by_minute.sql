{{ config(materialized='stream', retain='2 days') }}
SELECT
  {{ minute('listened_at') }} AS minute,
  country,
  level,
  count(*) AS listens,
  count(DISTINCT user_id) AS listeners,
  sum(seconds) AS seconds
FROM {{ ref('bronze_listens') }}
GROUP BY ALL
