{{ config(materialized='table') }}
-- Of those who signed up in a week: who looked at the offer, and who took it, within four weeks.
WITH newcomers AS (
  SELECT u.user_id, u.registered_at
  FROM {{ ref('dim_users') }} AS u
  WHERE u.version = 1 AND u.registered_at >= (SELECT min(time_key) FROM {{ ref('dim_time') }})
),
offers AS (
  SELECT user_id, min(viewed_at) AS at FROM {{ ref('bronze_page_views') }} WHERE page = 'Upgrade' GROUP BY user_id
),
upgrades AS (
  SELECT user_id, min(valid_from) AS at FROM {{ ref('dim_users') }} WHERE version > 1 AND level = 'paid' GROUP BY user_id
)
SELECT
  {{ week('n.registered_at') }} AS cohort,
  count(*) AS signed_up,
  count(*) FILTER (o.at <= n.registered_at + INTERVAL 28 DAY) AS saw_offer,
  count(*) FILTER (p.at <= n.registered_at + INTERVAL 28 DAY) AS upgraded,
  {{ rate('count(*) FILTER (p.at <= n.registered_at + INTERVAL 28 DAY)', 'count(*)') }} AS conversion
FROM newcomers AS n
LEFT JOIN offers AS o ON o.user_id = n.user_id
LEFT JOIN upgrades AS p ON p.user_id = n.user_id
GROUP BY ALL
