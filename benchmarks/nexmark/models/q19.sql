{{ config(materialized='stream') }}
-- The ten highest bids of every auction.
SELECT *, row_number() OVER (PARTITION BY auction ORDER BY price DESC) AS rank_number
FROM {{ source('nexmark', 'bid') }}
QUALIFY rank_number <= 10
