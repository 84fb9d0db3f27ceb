{{ config(materialized='ephemeral') }}
SELECT order_id, amount, ordered_at
FROM {{ source('orders') }}
WHERE amount > 0
