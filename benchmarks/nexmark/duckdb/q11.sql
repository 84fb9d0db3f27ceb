WITH starts AS (
  SELECT bidder, dateTime,
    coalesce(dateTime > lag(dateTime) OVER bids + INTERVAL 10 SECONDS, true) AS starts
  FROM bid WINDOW bids AS (PARTITION BY bidder ORDER BY dateTime)
), numbered AS (
  SELECT bidder, dateTime,
    count(*) FILTER (starts) OVER (PARTITION BY bidder ORDER BY dateTime) AS session
  FROM starts
)
SELECT bidder, count(*) AS bid_count, min(dateTime) AS starttime, max(dateTime) + INTERVAL 10 SECONDS AS endtime
FROM numbered GROUP BY bidder, session
