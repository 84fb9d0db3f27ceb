{# Columns of relations and of queries. #}

{% macro get_columns_in_relation(relation) -%}{{ return(adapter.dispatch('get_columns_in_relation', 'dbt')(relation)) }}{%- endmacro %}
{% macro default__get_columns_in_relation(relation) -%}{{ return(adapter.relation_columns(relation)) }}{%- endmacro %}

{% macro sql_convert_columns_in_relation(table) -%}
  {%- set columns = [] -%}
  {%- for row in table -%}{%- do columns.append(api.Column(*row)) -%}{%- endfor -%}
  {%- do return(columns) -%}
{%- endmacro %}

{% macro get_list_of_column_names(columns) -%}{{ return(columns | map(attribute='name') | list) }}{%- endmacro %}

{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
  {{ return(adapter.dispatch('get_empty_subquery_sql', 'dbt')(select_sql, select_sql_header)) }}
{%- endmacro %}
{% macro default__get_empty_subquery_sql(select_sql, select_sql_header=none) %}
  {{ select_sql_header if select_sql_header is not none }}
  select * from (
    {{ select_sql }}
  ) as __dbt_sbq
  where false
  limit 0
{% endmacro %}

{% macro get_empty_schema_sql(columns) -%}{{ return(adapter.dispatch('get_empty_schema_sql', 'dbt')(columns)) }}{%- endmacro %}
{% macro default__get_empty_schema_sql(columns) %}
  {%- set untyped = [] -%}
  {%- for name in columns if not columns[name]['data_type'] -%}{%- do untyped.append(columns[name]['name']) -%}{%- endfor -%}
  {%- if untyped -%}
    {%- do exceptions.column_type_missing("a contract needs the type of every column; give `data_type` of " ~ untyped | join(', ')) -%}
  {%- endif -%}
  select
  {% for name in columns -%}
    {%- set column = columns[name] -%}
    {{ cast('null', column['data_type']) }} as {{ adapter.quote(column['name']) if column.get('quote') else column['name'] }}{{ ', ' if not loop.last }}
  {%- endfor %}
{% endmacro %}

{% macro get_column_schema_from_query(select_sql, select_sql_header=none) -%}
  {{ return(adapter.get_column_schema_from_query(get_empty_subquery_sql(select_sql, select_sql_header))) }}
{%- endmacro %}

{% macro get_columns_in_query(select_sql) -%}{{ return(adapter.dispatch('get_columns_in_query', 'dbt')(select_sql)) }}{%- endmacro %}
{% macro default__get_columns_in_query(select_sql) %}
  {%- call statement('get_columns_in_query', fetch_result=true, auto_begin=false) -%}
    {{ get_empty_subquery_sql(select_sql) }}
  {%- endcall -%}
  {%- do return(load_result('get_columns_in_query').table.columns | map(attribute='name') | list) -%}
{% endmacro %}

{% macro alter_column_type(relation, column_name, new_column_type) -%}
  {{ return(adapter.dispatch('alter_column_type', 'dbt')(relation, column_name, new_column_type)) }}
{%- endmacro %}
{% macro default__alter_column_type(relation, column_name, new_column_type) -%}
  {%- call statement('alter_column_type') -%}
    alter table {{ relation.render() }} alter column {{ adapter.quote(column_name) }} type {{ new_column_type }}
  {%- endcall -%}
{%- endmacro %}

{% macro alter_relation_add_remove_columns(relation, add_columns=none, remove_columns=none) -%}
  {{ return(adapter.dispatch('alter_relation_add_remove_columns', 'dbt')(relation, add_columns, remove_columns)) }}
{%- endmacro %}
{% macro default__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
  {%- for column in add_columns or [] -%}
    {%- do run_query('alter table ' ~ relation.render() ~ ' add column ' ~ adapter.quote(column.name) ~ ' ' ~ column.data_type) -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- do run_query('alter table ' ~ relation.render() ~ ' drop column ' ~ adapter.quote(column.name)) -%}
  {%- endfor -%}
{% endmacro %}

{% macro get_quoted_csv(column_names) %}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}{%- do quoted.append(adapter.quote(name)) -%}{%- endfor -%}
  {%- do return(quoted | join(', ')) -%}
{% endmacro %}

{% macro diff_columns(source_columns, target_columns) %}
  {%- set known = target_columns | map(attribute='name') | list -%}
  {%- do return(source_columns | rejectattr('name', 'in', known) | list) -%}
{% endmacro %}

{% macro diff_column_data_types(source_columns, target_columns) %}
  {{ return(adapter.dispatch('diff_column_data_types', 'dbt')(source_columns, target_columns)) }}
{% endmacro %}
{% macro default__diff_column_data_types(source_columns, target_columns) %}
  {%- set changed = [] -%}
  {%- for column in source_columns -%}
    {%- set before = target_columns | selectattr('name', 'equalto', column.name) | first -%}
    {%- if before and column.data_type != before.data_type and not column.can_expand_to(other_column=before) -%}
      {%- do changed.append({'column_name': before.name, 'new_type': column.data_type}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return(changed) -%}
{% endmacro %}

{# Contracts. #}

{% macro get_table_columns_and_constraints() -%}{{ adapter.dispatch('get_table_columns_and_constraints', 'dbt')() }}{%- endmacro %}
{% macro default__get_table_columns_and_constraints() -%}{{ return(table_columns_and_constraints()) }}{%- endmacro %}
{% macro table_columns_and_constraints() -%}
  {%- set parts = adapter.render_raw_columns_constraints(raw_columns=model['columns'])
                  + adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
  (
    {{ parts | join(',\n    ') }}
  )
{%- endmacro %}
{% macro default__get_column_names() -%}
  {%- for name in model['columns'] -%}
    {%- set column = model['columns'][name] -%}
    {{ adapter.quote(column['name']) if column.get('quote') else column['name'] }}{{ ', ' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}
{% macro get_column_names() -%}({{ adapter.dispatch('get_column_names', 'dbt')() }}){%- endmacro %}
{% macro get_select_subquery(sql) %}{{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}{% endmacro %}
{% macro default__get_select_subquery(sql) %}
    select {{ adapter.dispatch('get_column_names', 'dbt')() }}
    from (
      {{ sql }}
    ) as model_subq
{% endmacro %}
{% macro get_assert_columns_equivalent(sql) -%}{{ adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql) }}{%- endmacro %}
{% macro default__get_assert_columns_equivalent(sql) -%}{{ return(assert_columns_equivalent(sql)) }}{%- endmacro %}
{% macro assert_columns_equivalent(sql) -%}
  {%- if not model['columns'] -%}
    {%- do exceptions.raise_contract_error("the model has a contract but no `columns`; list them with `name` and `data_type`") -%}
  {%- endif -%}
  {%- set has = format_columns(get_column_schema_from_query(sql, config.get('sql_header', none))) -%}
  {%- set says = format_columns(get_column_schema_from_query(get_empty_schema_sql(model['columns']))) -%}
  {%- set faults = [] -%}
  {%- for column in has -%}
    {%- set other = says | selectattr('key', 'equalto', column.key) | first -%}
    {%- if not other -%}{%- do faults.append(column.name ~ ' (' ~ column.data_type ~ ') is not in the contract') -%}
    {%- elif other.formatted != column.formatted -%}
      {%- do faults.append(column.name ~ ' is ' ~ column.data_type ~ ', the contract says ' ~ other.data_type) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for column in says if column.key not in has | map(attribute='key') | list -%}
    {%- do faults.append(column.name ~ ' (' ~ column.data_type ~ ') is in the contract, but not in the query') -%}
  {%- endfor -%}
  {%- if faults -%}
    {%- do exceptions.raise_contract_error("the query does not keep the model's contract: " ~ faults | join('; ')) -%}
  {%- endif -%}
{%- endmacro %}
{% macro format_columns(columns) %}
  {%- set formatted = [] -%}
  {%- for column in columns -%}
    {%- set one = adapter.dispatch('format_column', 'dbt')(column) -%}
    {%- do one.update({'key': one.name | lower}) -%}
    {%- do formatted.append(one) -%}
  {%- endfor -%}
  {%- do return(formatted) -%}
{% endmacro %}
{% macro default__format_column(column) -%}
  {{ return({'name': column.name, 'data_type': column.dtype, 'formatted': column.name | lower ~ ' ' ~ column.dtype}) }}
{%- endmacro %}

{# Descriptions as comments of the store. #}

{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
  {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{%- endmacro %}
{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
  {%- if for_relation and config.persist_relation_docs() and model.description -%}
    {%- do run_query(alter_relation_comment(relation, model.description)) -%}
  {%- endif -%}
  {%- if for_columns and config.persist_column_docs() and model.columns -%}
    {%- set code = alter_column_comment(relation, model.columns) -%}
    {%- if code and code | trim -%}{%- do run_query(code) -%}{%- endif -%}
  {%- endif -%}
{%- endmacro %}
{% macro alter_relation_comment(relation, relation_comment) -%}{{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}{%- endmacro %}
{% macro default__alter_relation_comment(relation, relation_comment) -%}
  comment on {{ relation.type }} {{ relation }} is '{{ escape_single_quotes(relation_comment) }}'
{%- endmacro %}
{% macro alter_column_comment(relation, column_dict) -%}{{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}{%- endmacro %}
{% macro default__alter_column_comment(relation, column_dict) -%}
  {%- set present = {} -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}{%- do present.update({column.name | lower: column.name}) -%}{%- endfor -%}
  {%- for name in column_dict if name | lower in present and column_dict[name]['description'] -%}
    comment on column {{ relation }}.{{ adapter.quote(present[name | lower]) }} is '{{ escape_single_quotes(column_dict[name]['description']) }}';
  {% endfor -%}
{%- endmacro %}
