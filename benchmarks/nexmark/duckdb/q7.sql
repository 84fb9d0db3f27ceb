SELECT b.auction, b.price, b.bidder, b.dateTime, b.extra
FROM bid AS b
JOIN (
  SELECT time_bucket(INTERVAL 10 SECONDS, dateTime) AS window_start, max(price) AS price FROM bid GROUP BY ALL
) AS highest
  ON b.price = highest.price
  AND b.dateTime BETWEEN highest.window_start AND highest.window_start + INTERVAL 10 SECONDS
