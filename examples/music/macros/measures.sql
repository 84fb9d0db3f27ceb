{% macro minute(time) %}time_bucket(INTERVAL 1 MINUTE, {{ time }}){% endmacro %}

{# The Monday of a day or time #}
{% macro week(time) %}CAST(date_trunc('week', {{ time }}) AS DATE){% endmacro %}

{% macro rate(part, whole) %}({{ part }}) / nullif({{ whole }}, 0){% endmacro %}
