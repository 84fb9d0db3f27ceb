select c.customer_id, c.name, coalesce(sum(o.cents), 0) as cents, count(o.order_id) as large_orders
from {{ ref('stg_customers') }} c
left join {{ ref('large_orders') }} o using (customer_id)
group by all
