{# What DuckDB does in its own way. #}

{# Temporary tables have no schema of the store, and the sessions of one process share their names. #}
{% macro duckdb__make_temp_relation(base_relation, suffix) %}
  {%- do return(base_relation.incorporate(path={
        'identifier': base_relation.identifier ~ suffix ~ py_current_timestring(), 'schema': none, 'database': none})) -%}
{% endmacro %}

{% macro duckdb_escape_comment(comment) -%}'{{ escape_single_quotes(comment) }}'{%- endmacro %}

{% macro drop_indexes_on_relation(relation) -%}
  {%- for row in run_query("select index_name from duckdb_indexes() where schema_name = '" ~ relation.schema ~ "' and table_name = '" ~ relation.identifier ~ "'") -%}
    {%- do run_query('drop index ' ~ adapter.quote(relation.schema) ~ '.' ~ adapter.quote(row[0])) -%}
  {%- endfor -%}
{%- endmacro %}
