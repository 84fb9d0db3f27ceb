{{ config(materialized='table') }}
-- What comes in on each day: a thirtieth of each subscription, and what adverts pay for songs of those who have none.
WITH days AS (
  SELECT DISTINCT day FROM {{ ref('dim_time') }}
),
subscribers AS (
  SELECT d.day, count(*) AS subscribers, sum(p.monthly_price) AS monthly
  FROM days AS d
  JOIN {{ ref('dim_users') }} AS u
    ON u.level = 'paid' AND CAST(u.valid_from AS DATE) <= d.day
    AND (u.valid_to IS NULL OR CAST(u.valid_to AS DATE) > d.day)
  JOIN {{ ref('plans') }} AS p ON p.level = u.level
  GROUP BY d.day
),
adverts AS (
  SELECT l.day, sum(l.listens * p.per_listen) AS revenue
  FROM {{ ref('listening_time') }} AS l
  JOIN {{ ref('plans') }} AS p ON p.level = l.level
  GROUP BY l.day
)
SELECT
  d.day,
  coalesce(s.subscribers, 0) AS subscribers,
  coalesce(s.monthly, 0) AS monthly_recurring,
  round(coalesce(s.monthly, 0) / 30, 2) AS from_subscriptions,
  round(coalesce(a.revenue, 0), 2) AS from_adverts,
  round(coalesce(s.monthly, 0) / 30 + coalesce(a.revenue, 0), 2) AS revenue
FROM days AS d
LEFT JOIN subscribers AS s ON s.day = d.day
LEFT JOIN adverts AS a ON a.day = d.day
