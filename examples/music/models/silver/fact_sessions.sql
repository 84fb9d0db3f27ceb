{{ config(materialized='table') }}
-- One row for each visit, from the first page to the last.
SELECT
  v.session_id,
  v.user_id,
  min(v.viewed_at) AS begun_at,
  max(v.viewed_at) AS ended_at,
  epoch(max(v.viewed_at) - min(v.viewed_at)) AS seconds,
  arg_min(v.level, v.viewed_at) AS level,
  any_value(v.device) AS device,
  any_value(v.location_id) AS location_id,
  count(*) AS pages,
  count(*) FILTER (v.page = 'Next Song') AS songs,
  count(*) FILTER (v.page = 'Advert') AS adverts,
  count(*) FILTER (v.page LIKE 'Thumbs %') AS ratings,
  count(*) FILTER (v.status >= 400) AS errors,
  bool_or(v.page = 'Register') AS is_first,
  bool_or(v.page = 'Upgrade') AS saw_upgrade
FROM {{ ref('bronze_page_views') }} AS v
GROUP BY v.session_id, v.user_id
