select name, cents / 100 as amount from {{ ref('customer_totals') }} order by name
