{{ config(materialized='stream') }}
-- Bounded side input: every bid with what a table of ten thousand rows has for its auction.
SELECT b.auction, b.bidder, b.price, b.dateTime, s.value
FROM {{ source('nexmark', 'bid') }} AS b
JOIN (SELECT key, key::VARCHAR AS value FROM (SELECT unnest(range(10000)) AS key)) AS s
  ON b.auction % 10000 = s.key
