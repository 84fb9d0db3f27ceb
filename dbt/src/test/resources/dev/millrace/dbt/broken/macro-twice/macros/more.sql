{% macro minute(c) %}{{ c }}{% endmacro %}
