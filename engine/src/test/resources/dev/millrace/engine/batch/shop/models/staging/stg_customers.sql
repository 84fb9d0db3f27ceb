select id as customer_id, coalesce(name, 'unknown') as name, zip, since, vip from {{ ref('customers') }}
