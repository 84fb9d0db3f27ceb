{% macro minute(column) %}time_bucket(INTERVAL 1 MINUTE, {{ column }}){% endmacro %}

{% macro rate(part, whole) %}round({{ part }} / nullif({{ whole }}, 0), 6){% endmacro %}
