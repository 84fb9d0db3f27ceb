{{ config(materialized='stream', retain='5 minutes') }}
SELECT * FROM {{ source('music', 'plays') }}
