{{ config(materialized='stream') }}
SELECT * FROM {{ ref('clean_orders') }}
