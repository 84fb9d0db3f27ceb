{{ config(materialized='ephemeral') }}
SELECT order_id, amount, ordered_at
FROM {{ source('my shop', 'orders') }}
WHERE amount > 0
