WITH counts AS (
  SELECT auction, window_start, count(*) AS num
  FROM (
    SELECT auction, unnest([time_bucket(INTERVAL 2 SECONDS, dateTime) - to_seconds(2 * i) FOR i IN range(5)]) AS window_start
    FROM bid
  )
  GROUP BY ALL
)
SELECT auction, num FROM counts QUALIFY num = max(num) OVER (PARTITION BY window_start)
