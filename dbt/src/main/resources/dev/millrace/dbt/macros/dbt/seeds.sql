{% materialization seed, default -%}
  {%- set existing = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) -%}
  {%- if existing is not none and existing.is_view -%}
    {%- do exceptions.raise_compiler_error("there is a view where the seed goes, " ~ existing.render() ~ "; drop it or give the seed another alias") -%}
  {%- endif -%}
  {%- set table = load_agate_table() -%}
  {%- do store_result('agate_table', response='OK', agate_table=table) -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks) }}
  {%- if existing is none -%}{%- set created = create_csv_table(model, table) -%}
  {%- else -%}{%- set created = reset_csv_table(model, should_full_refresh(), existing, table) -%}
  {%- endif -%}
  {%- set loaded = load_csv_rows(model, table) if table.rows | length > 0 else '' -%}
  {%- call noop_statement('main', 'INSERT ' ~ table.rows | length, 'INSERT', table.rows | length) -%}
    {{ get_csv_sql(created, loaded) }};
  {%- endcall -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do apply_grants(target_relation, config.get('grants')) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- if existing is none or should_full_refresh() -%}{%- do create_indexes(target_relation) -%}{%- endif -%}
  {{ run_hooks(post_hooks) }}
  {%- do adapter.commit() -%}
  {{ run_hooks(post_hooks, inside_transaction=false) }}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{% macro create_csv_table(model, agate_table) -%}{{ adapter.dispatch('create_csv_table', 'dbt')(model, agate_table) }}{%- endmacro %}
{% macro default__create_csv_table(model, agate_table) %}
  {%- set types = model['config'].get('column_types', {}) -%}
  {%- set quote = model['config'].get('quote_columns', none) -%}
  {%- set columns = [] -%}
  {%- for name in agate_table.column_names -%}
    {%- do columns.append(adapter.quote_seed_column(name, quote) ~ ' ' ~ types.get(name, adapter.convert_type(agate_table, loop.index0))) -%}
  {%- endfor -%}
  {%- set code = 'create table ' ~ this.render() ~ ' (' ~ columns | join(', ') ~ ')' -%}
  {%- call statement('_') -%}{{ code }}{%- endcall -%}
  {%- do return(code) -%}
{% endmacro %}

{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}{{ adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table) }}{%- endmacro %}
{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
  {%- if full_refresh -%}
    {%- do adapter.drop_relation(old_relation) -%}
    {%- do return(create_csv_table(model, agate_table)) -%}
  {%- endif -%}
  {%- do adapter.truncate_relation(old_relation) -%}
  {%- do return('truncate table ' ~ old_relation.render()) -%}
{% endmacro %}

{% macro load_csv_rows(model, agate_table) -%}{{ adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table) }}{%- endmacro %}
{% macro default__load_csv_rows(model, agate_table) %}
  {%- do adapter.load_seed(this, agate_table) -%}
  {%- do return('-- the rows of ' ~ model.original_file_path) -%}
{% endmacro %}

{% macro get_csv_sql(create_or_truncate_sql, insert_sql) %}{{ adapter.dispatch('get_csv_sql', 'dbt')(create_or_truncate_sql, insert_sql) }}{% endmacro %}
{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) %}
  {{ create_or_truncate_sql }};
  {{ insert_sql }}
{% endmacro %}
{% macro get_seed_column_quoted_csv(model, column_names) %}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}{%- do quoted.append(adapter.quote_seed_column(name, model['config'].get('quote_columns', none))) -%}{%- endfor -%}
  {%- do return(quoted | join(', ')) -%}
{% endmacro %}
{% macro get_batch_size() -%}{{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}{%- endmacro %}
{% macro default__get_batch_size() %}{{ return(10000) }}{% endmacro %}
{% macro get_binding_char() -%}{{ adapter.dispatch('get_binding_char', 'dbt')() }}{%- endmacro %}
{% macro default__get_binding_char() %}{{ return('?') }}{% endmacro %}
