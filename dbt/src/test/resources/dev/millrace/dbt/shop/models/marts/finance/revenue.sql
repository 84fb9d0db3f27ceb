{{ config(materialized='incremental', unique_key='day', on_schema_change='append_new_columns', post_hook=["select 2", "select 3"]) }}
select * from {{ ref('stg_payments') }}
{% if is_incremental() %} where day >= (select max(day) from {{ this }}) {% endif %}
