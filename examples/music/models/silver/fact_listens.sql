{{ config(materialized='incremental', unique_key='listen_id') }}
-- One row for each song that was heard. Each build adds what is not there yet, however late it came, and does again what now
-- belongs to another row of its listener. What comes while a build runs may be ahead of its dimensions; it is the next one's.
WITH heard AS (
  SELECT
    l.listen_id,
    l.user_id,
    u.user_key,
    l.session_id,
    l.song_id,
    s.artist_id,
    l.location_id,
    t.time_key,
    l.level,
    l.device,
    l.seconds,
    l.seconds < s.seconds - 1 AS is_skipped,
    l.listened_at
  FROM {{ ref('bronze_listens') }} AS l
  JOIN {{ ref('dim_songs') }} AS s ON s.song_id = l.song_id
  JOIN {{ ref('dim_time') }} AS t ON t.time_key = date_trunc('hour', l.listened_at)
  ASOF LEFT JOIN {{ ref('dim_users') }} AS u ON u.user_id = l.user_id AND l.listened_at >= u.valid_from
)
SELECT *
FROM heard
{% if is_incremental() %}
WHERE NOT EXISTS (
  SELECT 1 FROM {{ this }} AS done
  WHERE done.listen_id = heard.listen_id AND done.user_key IS NOT DISTINCT FROM heard.user_key
)
{% endif %}
