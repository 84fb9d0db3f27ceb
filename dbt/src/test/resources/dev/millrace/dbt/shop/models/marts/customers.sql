{{ config(alias='customer', unique_key=['id']) }}
select * from {{ ref('stg_customers') }} left join {{ ref('stg_orders') }} on true
