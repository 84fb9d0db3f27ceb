{{ config(materialized='stream', emit='on_closed') }}
SELECT {{ minute('ordered_at') }} AS minute, sum(amount) AS amount
FROM {{ ref('clean_orders') }}
GROUP BY ALL
