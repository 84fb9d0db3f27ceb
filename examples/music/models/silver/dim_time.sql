{{ config(materialized='table') }}
-- A row for every hour from the first event to the last.
WITH happened AS (
  SELECT viewed_at AS moment FROM {{ ref('bronze_page_views') }}
  UNION ALL
  SELECT listened_at FROM {{ ref('bronze_listens') }}
),
bounds AS (
  SELECT date_trunc('day', min(moment)) AS begin, max(moment) AS "end" FROM happened
)
SELECT
  hour AS time_key,
  CAST(hour AS DATE) AS day,
  {{ week('hour') }} AS week,
  CAST(date_trunc('month', hour) AS DATE) AS month,
  extract('hour' FROM hour) AS hour_of_day,
  isodow(hour) AS weekday,
  isodow(hour) >= 6 AS is_weekend
FROM bounds, unnest(generate_series(begin, "end", INTERVAL 1 HOUR)) AS hours(hour)
