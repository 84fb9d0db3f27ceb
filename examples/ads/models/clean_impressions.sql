{{ config(materialized='ephemeral') }}
-- Test traffic runs under campaign 0; it is nobody's money.
SELECT impression_id, campaign_id, user_id, upper(country) AS country, device, cost, shown_at
FROM {{ source('ads', 'impressions') }}
WHERE campaign_id > 0 AND cost >= 0
