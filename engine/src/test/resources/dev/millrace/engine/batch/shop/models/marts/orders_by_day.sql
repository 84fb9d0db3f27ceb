{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='day', batch_size='day',
          begin='2024-03-01', lookback=1) }}
select cast(date_trunc('day', ordered_at) as timestamp) as day, sum(cents) as cents
from {{ ref('stg_orders') }}
group by 1
