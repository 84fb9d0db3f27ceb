{{ config(materialized='stream', retain='15 minutes') }}
-- Every impression once: with its click, or without one for as long as none has come.
SELECT
  i.impression_id, i.campaign_id, i.user_id, i.country, i.device, i.cost, i.shown_at,
  c.click_id, c.clicked_at
FROM {{ ref('clean_impressions') }} AS i
LEFT JOIN {{ ref('clean_clicks') }} AS c
  ON c.impression_id = i.impression_id
  AND c.clicked_at BETWEEN i.shown_at AND i.shown_at + INTERVAL '{{ var("attribution_window") }}'
