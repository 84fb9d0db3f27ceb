select id, price from {{ source('files', 'prices') }}
