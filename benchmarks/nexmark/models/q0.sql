{{ config(materialized='stream') }}
-- Pass through: what reading, decoding and keeping costs.
SELECT auction, bidder, price, dateTime, extra
FROM {{ source('nexmark', 'bid') }}
