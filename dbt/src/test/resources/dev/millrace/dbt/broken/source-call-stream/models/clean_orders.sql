{{ config(materialized='ephemeral') }}
SELECT order_id, amount, ordered_at
FROM {{ source('shop', 'order') }}
WHERE amount > 0
