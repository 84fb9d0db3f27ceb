{{ config(materialized='stream', retain='1 hour') }}
-- The clicks that found their impression, with the seconds that the person hesitated.
SELECT
  c.click_id, i.impression_id, i.campaign_id, i.country, i.device, i.cost, c.clicked_at,
  epoch(c.clicked_at - i.shown_at) AS seconds_to_click
FROM {{ ref('clean_clicks') }} AS c
JOIN {{ ref('clean_impressions') }} AS i
  ON c.impression_id = i.impression_id
  AND c.clicked_at BETWEEN i.shown_at AND i.shown_at + INTERVAL '{{ var("attribution_window") }}'
