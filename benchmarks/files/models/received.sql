{{ config(materialized='stream', retain='10 minutes') }}
select record_id, kind, sender, receiver, cell, country, status, seconds, volume, started_at
from {{ source('calls', 'records') }}
