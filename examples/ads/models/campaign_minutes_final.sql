{{ config(materialized='stream', emit='on_close', retain='2 days') }}
-- The same minute once, when no admissible event can change it any more; for readers that cannot take a row back.
SELECT campaign_id, {{ minute('shown_at') }} AS minute, count(*) AS impressions, sum(cost) AS cost
FROM {{ ref('clean_impressions') }}
GROUP BY ALL
