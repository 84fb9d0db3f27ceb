{{ config(materialized='ephemeral', retain='1 day') }}
SELECT order_id, amount, ordered_at
FROM {{ source('shop', 'orders') }}
WHERE amount > 0
