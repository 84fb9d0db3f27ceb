select * from {{ ref('customers') }} order by amount desc
