{{ config(materialized='stream', retain='2 days') }}
SELECT
  time_bucket(INTERVAL 1 MINUTE, started_at) AS minute,
  operator,
  kind,
  count(*) AS records,
  count(*) FILTER (status <> 'delivered') AS failures,
  count(DISTINCT sender) AS senders,
  sum(seconds) FILTER (kind = 'call') AS call_seconds,
  sum(volume) FILTER (kind = 'data') AS data_bytes
FROM {{ ref('records') }}
GROUP BY ALL
