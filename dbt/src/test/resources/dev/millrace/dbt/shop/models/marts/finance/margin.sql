{{ config(access='private', tags=['slow'], schema='money') }}
select * from {{ ref('revenue') }} join {{ ref('prices', v=1) }} using (id) join {{ ref('tools', 'calendar') }} using (day)
