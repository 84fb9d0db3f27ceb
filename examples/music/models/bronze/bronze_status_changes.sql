{{ config(materialized='stream') }}
SELECT *, CAST(changed_at AS DATE) AS day
FROM {{ source('music', 'status_change_events') }}
WHERE user_id IS NOT NULL
