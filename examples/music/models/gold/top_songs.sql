{{ config(materialized='table') }}
-- The hundred songs of each month.
SELECT
  t.month,
  row_number() OVER (PARTITION BY t.month ORDER BY count(*) DESC, s.song_id) AS place,
  s.song_id, s.title, s.artist, s.genre,
  count(*) AS listens,
  count(DISTINCT l.user_id) AS listeners,
  avg(CAST(l.is_skipped AS INTEGER)) AS skipped
FROM {{ ref('fact_listens') }} AS l
JOIN {{ ref('dim_songs') }} AS s USING (song_id)
JOIN {{ ref('dim_time') }} AS t USING (time_key)
GROUP BY t.month, s.song_id, s.title, s.artist, s.genre
QUALIFY place <= 100
