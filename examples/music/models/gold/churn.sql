{{ config(materialized='table') }}
-- Who came in one week and not in the four after it is gone, whether he said so or not. Only weeks of which that is known.
WITH visits AS (
  SELECT DISTINCT user_id, {{ week('begun_at') }} AS week FROM {{ ref('fact_sessions') }}
),
bounds AS (
  SELECT max(week) AS last_week FROM {{ ref('dim_time') }}
),
later AS (
  SELECT v.user_id, v.week, lead(v.week) OVER (PARTITION BY v.user_id ORDER BY v.week) AS next_week
  FROM visits AS v
)
SELECT
  l.week,
  count(*) AS listeners,
  count(*) FILTER (l.next_week IS NULL OR l.next_week > l.week + 28) AS gone,
  count(u.user_id) AS cancelled,
  {{ rate('count(*) FILTER (l.next_week IS NULL OR l.next_week > l.week + 28)', 'count(*)') }} AS churn
FROM later AS l
CROSS JOIN bounds AS b
LEFT JOIN {{ ref('dim_users') }} AS u
  ON u.user_id = l.user_id AND u.version = 1 AND {{ week('u.cancelled_at') }} = l.week
WHERE l.week <= b.last_week - 35
GROUP BY l.week
