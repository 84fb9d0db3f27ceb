{{ config(materialized='stream', retain='2 days') }}
SELECT
  country, device, {{ minute('clicked_at') }} AS minute,
  count(*) AS clicks,
  avg(seconds_to_click) AS seconds_to_click
FROM {{ ref('attributed_clicks') }}
GROUP BY ALL
