select o.order_id from {{ ref('stg_orders') }} o anti join {{ ref('stg_customers') }} c using (customer_id)
