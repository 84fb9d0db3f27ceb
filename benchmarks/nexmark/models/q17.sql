{{ config(materialized='stream') }}
-- Auction statistics of a day: how many bids there were, and at what prices.
SELECT
  auction,
  dateTime::DATE AS day,
  count(*) AS total_bids,
  count(*) FILTER (price < 10000) AS rank1_bids,
  count(*) FILTER (price >= 10000 AND price < 1000000) AS rank2_bids,
  count(*) FILTER (price >= 1000000) AS rank3_bids,
  min(price) AS min_price,
  max(price) AS max_price,
  avg(price) AS avg_price,
  sum(price) AS sum_price
FROM {{ source('nexmark', 'bid') }}
GROUP BY ALL
