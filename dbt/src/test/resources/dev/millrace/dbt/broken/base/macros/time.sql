{% macro minute(column) %}time_bucket(INTERVAL 1 MINUTE, {{ column }}){% endmacro %}
