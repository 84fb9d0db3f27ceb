{{ config(severity='error', tags=['nightly']) }}
select * from {{ ref('stg_orders') }} join {{ ref('revenue') }} using (id) where amount < 0
