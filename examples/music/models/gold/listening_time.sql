{{ config(materialized='table') }}
SELECT
  t.day,
  p.country,
  l.level,
  count(*) AS listens,
  count(DISTINCT l.user_id) AS listeners,
  sum(l.seconds) / 3600 AS hours,
  avg(CAST(l.is_skipped AS INTEGER)) AS skipped
FROM {{ ref('fact_listens') }} AS l
JOIN {{ ref('dim_time') }} AS t USING (time_key)
JOIN {{ ref('dim_locations') }} AS p USING (location_id)
GROUP BY ALL
