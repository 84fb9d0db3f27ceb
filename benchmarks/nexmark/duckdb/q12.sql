SELECT bidder, count(*) AS bid_count, time_bucket(INTERVAL 10 SECONDS, dateTime) AS starttime,
  time_bucket(INTERVAL 10 SECONDS, dateTime) + INTERVAL 10 SECONDS AS endtime
FROM bid GROUP BY ALL
