{{ config(materialized='stream') }}
-- Every song that began to play, as it came. What is malformed, late or repeated is in schema `system`.
SELECT *, CAST(listened_at AS DATE) AS day
FROM {{ source('music', 'listen_events') }}
WHERE user_id IS NOT NULL AND song_id IS NOT NULL
