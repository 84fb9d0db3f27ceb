{{ config(materialized='stream', retain='1 hour') }}
-- The songs of the last hour, with the time at which each is over: who listens now.
SELECT
  listen_id, user_id, level, title, artist, country, device, listened_at,
  listened_at + to_microseconds(CAST(seconds * 1000000 AS BIGINT)) AS over_at
FROM {{ ref('bronze_listens') }}
