{{ config(materialized='stream', retain='2 days') }}
-- The ten that sent most in each hour: lists for a fraud team.
SELECT hour, sender, operator, records
FROM (
  SELECT date_trunc('hour', started_at) AS hour, sender, operator, count(*) AS records
  FROM {{ ref('records') }}
  GROUP BY ALL
)
QUALIFY row_number() OVER (PARTITION BY hour ORDER BY records DESC, sender) <= 10
