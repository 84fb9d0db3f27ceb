{{ config(materialized='stream') }}
-- Currency conversion: every price in euros.
SELECT auction, bidder, 0.908 * price AS price, dateTime, extra
FROM {{ source('nexmark', 'bid') }}
