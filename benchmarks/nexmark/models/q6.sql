{{ config(materialized='stream') }}
-- Average selling price of a seller: over the last ten auctions that were won.
SELECT
  seller,
  avg(price) OVER (PARTITION BY seller ORDER BY dateTime, id ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) AS avg_price
FROM (
  SELECT a.id, a.seller, b.price, b.dateTime
  FROM {{ source('nexmark', 'auction') }} AS a
  JOIN {{ source('nexmark', 'bid') }} AS b
    ON a.id = b.auction AND b.dateTime BETWEEN a.dateTime AND a.expires
  QUALIFY row_number() OVER (PARTITION BY a.id, a.seller ORDER BY b.price DESC, b.dateTime) = 1
)
