{% test two_columns_differ(model, left, right) %}
select * from {{ model }} where {{ left }} = {{ right }}
{% endtest %}
