{{ config(materialized='stream') }}
-- Windows of processing time: how many bids a user makes in ten seconds. By the bids' own times, for a
-- stream is equal to its query, and so cannot depend on when it is run.
SELECT bidder, count(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM tumble({{ source('nexmark', 'bid') }}, dateTime, INTERVAL 10 SECONDS)
GROUP BY ALL
