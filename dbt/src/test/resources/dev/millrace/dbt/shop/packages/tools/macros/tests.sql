{% test has_rows(model, minimum=1, options=none) %}
select 1 where (select count(*) from {{ model }}) < {{ minimum }}
{% endtest %}

{% test is_in(model, other, through) %}
select * from {{ model }} where id not in (select {{ through }} from {{ other }})
{% endtest %}

{% macro constant() %}{{ return(adapter.dispatch('constant', 'tools')()) }}{% endmacro %}
{% macro default__constant() %}1{% endmacro %}
