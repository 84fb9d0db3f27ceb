{{ config(materialized='stream', retain='2 days') }}
SELECT {{ minut('ordered_at') }} AS minute, sum(amount) AS amount
FROM {{ ref('clean_orders') }}
GROUP BY ALL
