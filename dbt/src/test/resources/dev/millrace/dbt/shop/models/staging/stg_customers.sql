select * from {{ ref('people') }} join {{ ref('countries') }} using (code)
