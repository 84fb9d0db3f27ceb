{{ config(materialized='stream', retain='2 days') }}
{% if var('window') == 'broken' %}{{ no_such_macro() }}{% endif %}
SELECT {{ minute('ordered_at') }} AS minute, sum(amount) AS amount
FROM {{ ref('clean_orders') }}
GROUP BY ALL
