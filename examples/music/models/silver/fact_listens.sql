{{ config(materialized='incremental', unique_key='listen_id') }}
-- One row for each song that was heard. Each build adds what came since the last one; the hour before it is done again,
-- as events may come late.
SELECT
  l.listen_id,
  l.user_id,
  u.user_key,
  l.session_id,
  l.song_id,
  s.artist_id,
  l.location_id,
  date_trunc('hour', l.listened_at) AS time_key,
  l.level,
  l.device,
  l.seconds,
  l.seconds < s.seconds - 1 AS is_skipped,
  l.listened_at
FROM {{ ref('bronze_listens') }} AS l
JOIN {{ ref('dim_songs') }} AS s ON s.song_id = l.song_id
ASOF LEFT JOIN {{ ref('dim_users') }} AS u ON u.user_id = l.user_id AND l.listened_at >= u.valid_from
{% if is_incremental() %}
WHERE l.listened_at > (SELECT coalesce(max(listened_at) - INTERVAL 1 HOUR, '-infinity') FROM {{ this }})
{% endif %}
