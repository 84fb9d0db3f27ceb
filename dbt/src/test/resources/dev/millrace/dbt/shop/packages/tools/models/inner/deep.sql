{{ config(tags=['deep']) }}
select {{ var('depth') }} as depth, {{ tools.constant() }} as c
