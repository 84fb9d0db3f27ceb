{{ config(materialized='stream', retain='1 day') }}
-- Kept equal to this SELECT over every order that was admitted, after every batch.
SELECT
  product,
  time_bucket(INTERVAL 1 MINUTE, ordered_at) AS minute,
  count(*) AS orders,
  sum(amount) AS revenue
FROM {{ source('shop', 'orders') }}
GROUP BY ALL
