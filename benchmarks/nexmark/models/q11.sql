{{ config(materialized='stream') }}
-- User sessions: how many bids a user made without a pause of ten seconds.
SELECT bidder, count(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM session({{ source('nexmark', 'bid') }}, dateTime, INTERVAL 10 SECONDS, bidder)
GROUP BY ALL
