{{ config(materialized='stream', retain='2 days') }}
SELECT
  date_trunc('day', minute) AS day,
  operator,
  sum(records) AS records,
  sum(failures) AS failures,
  round(100 * sum(failures) / sum(records), 2) AS failed_percent,
  sum(call_seconds) / 3600 AS call_hours,
  sum(data_bytes) AS data_bytes
FROM {{ ref('volumes') }}
GROUP BY ALL
