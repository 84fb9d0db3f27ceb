select * from {{ ref('days') }} cross join {{ ref('deep') }}
