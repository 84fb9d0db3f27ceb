{{ config(materialized='stream') }}
-- Average price of a category: over the winning bids of its auctions.
SELECT category, avg(final) AS final
FROM (
  SELECT a.id, a.category, max(b.price) AS final
  FROM {{ source('nexmark', 'auction') }} AS a
  JOIN {{ source('nexmark', 'bid') }} AS b
    ON a.id = b.auction AND b.dateTime BETWEEN a.dateTime AND a.expires
  GROUP BY a.id, a.category
)
GROUP BY category
