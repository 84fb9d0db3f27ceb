{{ config(tags=['payments'], materialized='ephemeral') }}
select * from {{ source('raw', 'payments') }}
where day > current_date - {{ var('days') }}
