{{ config(materialized='table') }}
-- Who the listeners are, with the history of their level (a slowly changing dimension of type 2): a row for each time in
-- which somebody had one level. Who was there before the first event has signed up before it, at the level first seen.
WITH people AS (
  SELECT
    user_id,
    any_value(first_name) AS first_name,
    any_value(last_name) AS last_name,
    any_value(gender) AS gender,
    any_value(location_id) AS location_id,
    any_value(device) AS device,
    any_value(registered_at) AS registered_at,
    arg_min(level, viewed_at) AS first_level
  FROM {{ ref('bronze_page_views') }}
  GROUP BY user_id
),
changes AS (
  SELECT user_id, change, level, changed_at FROM {{ ref('bronze_status_changes') }}
),
departures AS (
  SELECT user_id, min(changed_at) AS cancelled_at FROM changes WHERE change = 'cancelled' GROUP BY user_id
),
levels AS (
  SELECT user_id, first_level AS level, registered_at AS valid_from FROM people
  UNION ALL
  SELECT user_id, level, changed_at FROM changes WHERE change IN ('upgraded', 'downgraded')
),
history AS (
  SELECT
    *,
    row_number() OVER person AS version,
    lead(valid_from) OVER person AS next_from
  FROM levels
  WINDOW person AS (PARTITION BY user_id ORDER BY valid_from)
)
SELECT
  user_id || '-' || version AS user_key,
  user_id, first_name, last_name, gender, location_id, device, registered_at,
  version,
  level,
  valid_from,
  coalesce(next_from, cancelled_at) AS valid_to,
  next_from IS NULL AND cancelled_at IS NULL AS is_current,
  cancelled_at
FROM history
JOIN people USING (user_id)
LEFT JOIN departures USING (user_id)
