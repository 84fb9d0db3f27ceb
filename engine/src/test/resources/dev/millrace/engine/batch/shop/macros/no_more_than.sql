{% test no_more_than(model, column_name, limit) %}
select {{ column_name }} from {{ model }} where {{ column_name }} > {{ limit }}
{% endtest %}
