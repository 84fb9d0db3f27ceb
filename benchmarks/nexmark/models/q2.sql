{{ config(materialized='stream') }}
-- Selection: the bids for every 123rd auction.
SELECT auction, price
FROM {{ source('nexmark', 'bid') }}
WHERE auction % 123 = 0
