{{ config(materialized='ephemeral') }}
SELECT click_id, impression_id, clicked_at
FROM {{ source('ads', 'clicks') }}
WHERE impression_id IS NOT NULL
