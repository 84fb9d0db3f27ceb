{{ config(materialized='stream') }}
-- Highest bid: of every ten seconds.
SELECT b.auction, b.price, b.bidder, b.dateTime, b.extra
FROM {{ source('nexmark', 'bid') }} AS b
JOIN (
  SELECT window_end, max(price) AS price
  FROM tumble({{ source('nexmark', 'bid') }}, dateTime, INTERVAL 10 SECONDS)
  GROUP BY window_start, window_end
) AS highest
  ON b.price = highest.price
  AND b.dateTime BETWEEN highest.window_end - INTERVAL 10 SECONDS AND highest.window_end
