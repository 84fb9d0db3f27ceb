{{ config(materialized='stream') }}
-- Last bid: of every bidder for every auction.
SELECT auction, bidder, price, channel, url, dateTime, extra
FROM {{ source('nexmark', 'bid') }}
QUALIFY row_number() OVER (PARTITION BY bidder, auction ORDER BY dateTime DESC) = 1
