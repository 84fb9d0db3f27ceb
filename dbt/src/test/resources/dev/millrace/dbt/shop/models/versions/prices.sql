select id, price, currency from {{ source('files', 'prices') }}
