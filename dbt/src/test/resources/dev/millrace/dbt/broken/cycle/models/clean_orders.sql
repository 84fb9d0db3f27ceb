{{ config(materialized='ephemeral') }}
SELECT order_id, amount, ordered_at
FROM {{ ref('totals') }}
WHERE amount > 0
