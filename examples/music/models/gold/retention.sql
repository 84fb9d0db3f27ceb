{{ config(materialized='table') }}
-- Of those who signed up in a week: how many came in each week after it. Only weeks that are there whole.
WITH bounds AS (
  SELECT min(week) AS first_week, max(week) AS last_week FROM {{ ref('dim_time') }}
),
cohorts AS (
  SELECT user_id, {{ week('registered_at') }} AS cohort
  FROM {{ ref('dim_users') }}, bounds
  WHERE version = 1 AND {{ week('registered_at') }} BETWEEN first_week + 7 AND last_week - 7
),
sizes AS (
  SELECT cohort, count(*) AS users FROM cohorts GROUP BY cohort
),
visits AS (
  SELECT DISTINCT user_id, {{ week('begun_at') }} AS week FROM {{ ref('fact_sessions') }}
)
SELECT
  c.cohort,
  (v.week - c.cohort) // 7 AS weeks_after,
  any_value(s.users) AS users,
  count(*) AS active,
  {{ rate('count(*)', 'any_value(s.users)') }} AS retention
FROM cohorts AS c
JOIN visits AS v ON v.user_id = c.user_id AND v.week >= c.cohort
JOIN sizes AS s ON s.cohort = c.cohort
CROSS JOIN bounds AS b
WHERE v.week < b.last_week
GROUP BY ALL
