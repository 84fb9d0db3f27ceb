{{ config(materialized='stream') }}
SELECT * FROM {{ source('ads', 'impressions') }}
