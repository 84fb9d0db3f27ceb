{{ config(materialized='stream') }}
-- Winning bids: the highest of every auction, of equal ones the first.
SELECT
  a.id, a.itemName, a.description, a.initialBid, a.reserve, a.dateTime, a.expires, a.seller, a.category, a.extra,
  b.auction, b.bidder, b.price, b.dateTime AS bid_dateTime, b.extra AS bid_extra
FROM {{ source('nexmark', 'auction') }} AS a
JOIN {{ source('nexmark', 'bid') }} AS b
  ON a.id = b.auction AND b.dateTime BETWEEN a.dateTime AND a.expires
QUALIFY row_number() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime) = 1
