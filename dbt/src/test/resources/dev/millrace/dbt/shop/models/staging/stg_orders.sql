select id, customer_id, state, amount from {{ source('raw', 'orders') }}
