{{ config(materialized='table') }}
SELECT
  t.month,
  row_number() OVER (PARTITION BY t.month ORDER BY count(*) DESC, a.artist_id) AS place,
  a.artist_id, a.artist, a.genre, a.country,
  count(*) AS listens,
  count(DISTINCT l.user_id) AS listeners,
  sum(l.seconds) / 3600 AS hours
FROM {{ ref('fact_listens') }} AS l
JOIN {{ ref('dim_artists') }} AS a USING (artist_id)
JOIN {{ ref('dim_time') }} AS t USING (time_key)
GROUP BY t.month, a.artist_id, a.artist, a.genre, a.country
QUALIFY place <= 50
