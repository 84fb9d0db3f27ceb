{% snapshot orders_history %}
{{ config(strategy='check', unique_key='id', check_cols=['state']) }}
select * from {{ ref('stg_orders') }}
{% endsnapshot %}

{% snapshot orders_again %}
{{ config(strategy='timestamp', unique_key='id', updated_at='at', target_schema='again') }}
select * from {{ source('raw', 'orders') }}
{% endsnapshot %}
