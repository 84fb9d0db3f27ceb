{{ config(materialized='stream') }}
SELECT *, CAST(viewed_at AS DATE) AS day
FROM {{ source('music', 'page_view_events') }}
WHERE user_id IS NOT NULL
