{{ config(materialized='stream', retain='2 days') }}
SELECT
  time_bucket(INTERVAL 10 MINUTE, tried_at) AS moment,
  count(*) AS tries,
  count(*) FILTER (NOT success) AS failures
FROM {{ ref('bronze_auth') }}
GROUP BY ALL
