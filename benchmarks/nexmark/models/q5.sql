{{ config(materialized='stream') }}
-- Hot items: the auctions with the most bids of the last ten seconds, every two seconds.
WITH counts AS (
  SELECT auction, window_start, window_end, count(*) AS num
  FROM hop({{ source('nexmark', 'bid') }}, dateTime, INTERVAL 2 SECONDS, INTERVAL 10 SECONDS)
  GROUP BY ALL
)
SELECT auction, num
FROM counts
QUALIFY num = max(num) OVER (PARTITION BY window_start, window_end)
