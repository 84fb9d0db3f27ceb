{{ config(materialized='stream', retain='2 days') }}
-- The ten songs that most people heard in each hour; the newest hour changes with every song.
SELECT hour, song_id, title, artist, listens
FROM (
  SELECT
    date_trunc('hour', listened_at) AS hour, song_id,
    max(title) AS title, max(artist) AS artist, count(*) AS listens
  FROM {{ ref('bronze_listens') }}
  GROUP BY ALL
)
QUALIFY row_number() OVER (PARTITION BY hour ORDER BY listens DESC, song_id) <= 10
