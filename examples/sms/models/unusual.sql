{{ config(materialized='stream', retain='2 days') }}
-- Minutes with half as many records again as the operator had in the thirty minutes before, or half as many.
-- Each day is a partition of its own, so that yesterday's minutes can be forgotten.
SELECT day, minute, operator, kind, records, usual, round(records / usual, 2) AS times_usual
FROM (
  SELECT
    *,
    avg(records) OVER earlier AS usual,
    count(*) OVER earlier AS minutes_before
  FROM (SELECT *, date_trunc('day', minute) AS day FROM {{ ref('volumes') }})
  WINDOW earlier AS (PARTITION BY operator, kind, day ORDER BY minute ROWS BETWEEN 30 PRECEDING AND 1 PRECEDING)
)
WHERE minutes_before >= 5 AND (records > 1.5 * usual OR records < 0.5 * usual)
