SELECT *
FROM {{ ref('totals') }}, {{ ref('a') }}
