{{ config(event_time='ordered_at') }}
select id as order_id, customer as customer_id, {{ cents('amount') }} as cents, ordered as ordered_at
from {{ ref('orders') }}
