{{ config(materialized='stream') }}
-- Log to a file system: every bid with the columns by which its folder is called.
SELECT
  auction, bidder, price, dateTime, extra,
  strftime(dateTime, '%Y-%m-%d') AS dt, strftime(dateTime, '%H:%M') AS hm
FROM {{ source('nexmark', 'bid') }}
