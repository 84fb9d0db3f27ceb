{{ config(materialized='stream') }}
-- to come
