{{ config(materialized='stream') }}
SELECT *, CAST(tried_at AS DATE) AS day
FROM {{ source('music', 'auth_events') }}
WHERE user_id IS NOT NULL
