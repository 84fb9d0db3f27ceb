{{ config(materialized='table') }}
SELECT artist_id, artist, genre, country, count(song_id) AS songs
FROM {{ ref('artists') }}
LEFT JOIN {{ ref('songs') }} USING (artist_id, artist, genre)
GROUP BY ALL
