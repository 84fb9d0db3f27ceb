{{ config(materialized='table') }}
SELECT
  song_id, title, artist_id, artist, genre, seconds, released,
  released // 10 * 10 AS decade
FROM {{ ref('songs') }}
