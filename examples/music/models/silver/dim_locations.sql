{{ config(materialized='table') }}
SELECT
  location_id, city, region, country, latitude, longitude,
  CASE WHEN country IN ('US', 'CA') THEN 'America' ELSE 'Europe' END AS continent
FROM {{ ref('places') }}
