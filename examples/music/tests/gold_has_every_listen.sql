-- What is counted by day, country and level is what was heard.
SELECT (SELECT sum(listens) FROM {{ ref('listening_time') }}) AS counted, (SELECT count(*) FROM {{ ref('fact_listens') }}) AS heard
WHERE counted <> heard
