WITH counts AS (
  SELECT auction, COUNT(*) AS num, window_start AS starttime, window_end AS endtime
  FROM TABLE(HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND))
  GROUP BY auction, window_start, window_end
)
SELECT c.auction, c.num
FROM counts AS c JOIN (
  SELECT MAX(num) AS maxn, starttime, endtime FROM counts GROUP BY starttime, endtime
) AS m
ON c.starttime = m.starttime AND c.endtime = m.endtime AND c.num >= m.maxn
