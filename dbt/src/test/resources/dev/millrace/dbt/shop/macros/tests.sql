{% test this_name_is_so_long_that_the_name_of_the_test_is_cut_off(model, column_name, argument_with_a_long_name) %}
{{ config(limit=10, fail_calc='sum(n)') }}
select * from {{ model }} where {{ column_name }} is null
{% endtest %}
