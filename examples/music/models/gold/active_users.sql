{{ config(materialized='table') }}
-- How many listeners came on each day, in the seven days up to it, and in the thirty.
WITH visits AS (
  SELECT DISTINCT CAST(begun_at AS DATE) AS day, user_id FROM {{ ref('fact_sessions') }}
),
days AS (
  SELECT DISTINCT day FROM {{ ref('dim_time') }}
)
SELECT
  d.day,
  count(DISTINCT v.user_id) FILTER (v.day = d.day) AS daily,
  count(DISTINCT v.user_id) FILTER (v.day > d.day - 7) AS weekly,
  count(DISTINCT v.user_id) AS monthly,
  {{ rate('count(DISTINCT v.user_id) FILTER (v.day = d.day)', 'count(DISTINCT v.user_id)') }} AS stickiness
FROM days AS d
LEFT JOIN visits AS v ON v.day BETWEEN d.day - 29 AND d.day
GROUP BY d.day
