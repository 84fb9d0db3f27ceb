{{ config(materialized='stream') }}
-- Monitor new users: people who opened an auction within the ten seconds in which they joined.
SELECT p.id, p.name, p.window_start AS starttime
FROM (
  SELECT id, name, window_start, window_end
  FROM tumble({{ source('nexmark', 'person') }}, dateTime, INTERVAL 10 SECONDS)
  GROUP BY ALL
) AS p
JOIN (
  SELECT seller, window_start, window_end
  FROM tumble({{ source('nexmark', 'auction') }}, dateTime, INTERVAL 10 SECONDS)
  GROUP BY ALL
) AS a
  ON p.id = a.seller AND p.window_start = a.window_start AND p.window_end = a.window_end
