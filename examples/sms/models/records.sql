{{ config(materialized='stream', retain='2 days') }}
SELECT *, split_part(record_id, '-', 1) AS operator FROM {{ source('sms', 'records') }}
UNION ALL
SELECT *, split_part(record_id, '-', 1) AS operator FROM {{ source('partners', 'records') }}
