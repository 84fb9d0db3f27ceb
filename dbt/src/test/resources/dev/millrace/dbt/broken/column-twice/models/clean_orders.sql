{{ config(materialized='ephemeral') }}
SELECT order_id, order_id, ordered_at
FROM {{ source('shop', 'orders') }}
WHERE amount > 0
