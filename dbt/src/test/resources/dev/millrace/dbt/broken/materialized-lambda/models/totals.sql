{{ config(materialized='lambda', retain='2 days') }}
SELECT {{ minute('ordered_at') }} AS minute, sum(amount) AS amount
FROM {{ ref('clean_orders') }}
GROUP BY ALL
