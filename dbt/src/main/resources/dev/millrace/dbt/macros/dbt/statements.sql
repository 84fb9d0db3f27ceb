{# Running SQL: a call block gives it, its result is kept under a name. #}

{% macro statement(name=none, fetch_result=false, auto_begin=true, language='sql') -%}
  {%- if execute -%}
    {%- set code = caller() -%}
    {%- if language != 'sql' -%}
      {%- do exceptions.raise_compiler_error("models in " ~ language ~ " do not run here; write it in SQL") -%}
    {%- endif -%}
    {%- if name == 'main' -%}{%- do write(code) -%}{%- endif -%}
    {%- set response, rows = adapter.execute(code, auto_begin=auto_begin, fetch=fetch_result) -%}
    {%- if name is not none -%}{%- do store_result(name, response=response, agate_table=rows) -%}{%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) -%}
  {%- set text = caller() -%}
  {%- if name == 'main' -%}{%- do write(text) -%}{%- endif -%}
  {%- if name is not none -%}
    {%- do store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) -%}
  {%- endif -%}
{%- endmacro %}

{% macro run_query(sql) %}
  {%- call statement('run_query_statement', fetch_result=true, auto_begin=false) -%}
    {{ sql }}
  {%- endcall -%}
  {%- do return(load_result('run_query_statement').table) -%}
{% endmacro %}

{% macro validate_sql(sql) %}{{ return(adapter.dispatch('validate_sql', 'dbt')(sql)) }}{% endmacro %}
{% macro default__validate_sql(sql) %}
  {%- call statement('validate_sql', fetch_result=true) -%}explain {{ sql }}{%- endcall -%}
  {%- do return(load_result('validate_sql')) -%}
{% endmacro %}

{% macro get_show_sql(compiled_code, sql_header, limit) -%}
  {%- if sql_header is not none %}{{ sql_header }}{% endif %}
  {{ get_limit_subquery_sql(compiled_code, limit) }}
{%- endmacro %}

{% macro get_limit_subquery_sql(sql, limit) -%}{{ adapter.dispatch('get_limit_sql', 'dbt')(sql, limit) }}{%- endmacro %}
{% macro default__get_limit_sql(sql, limit) %}
  {{ sql }}
  {% if limit is not none %}limit {{ limit }}{% endif %}
{% endmacro %}

{# Hooks, and what they may be written as. #}

{% macro run_hooks(hooks, inside_transaction=true) %}
  {%- set wanted = hooks | selectattr('transaction', 'equalto', inside_transaction) | list -%}
  {%- if wanted and not inside_transaction -%}{%- do adapter.leave_transaction() -%}{%- endif -%}
  {%- for hook in wanted -%}
    {%- set code = render(hook.get('sql')) | trim -%}
    {%- if code -%}
      {%- call statement(auto_begin=inside_transaction) -%}{{ code }}{%- endcall -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if wanted and not inside_transaction -%}{%- do adapter.enter_transaction() -%}{%- endif -%}
{% endmacro %}

{% macro make_hook_config(sql, inside_transaction) %}{{ tojson({'sql': sql, 'transaction': inside_transaction}) }}{% endmacro %}
{% macro before_begin(sql) %}{{ make_hook_config(sql, inside_transaction=false) }}{% endmacro %}
{% macro in_transaction(sql) %}{{ make_hook_config(sql, inside_transaction=true) }}{% endmacro %}
{% macro after_commit(sql) %}{{ make_hook_config(sql, inside_transaction=false) }}{% endmacro %}

{# What a node is told to do. #}

{% macro set_sql_header(config) -%}{{ config.set('sql_header', caller()) }}{%- endmacro %}

{% macro should_full_refresh() %}
  {%- set own = config.get('full_refresh') -%}
  {%- do return(flags.FULL_REFRESH if own is none else own) -%}
{% endmacro %}

{% macro should_store_failures() %}
  {%- set own = config.get('store_failures') -%}
  {%- do return(flags.STORE_FAILURES if own is none else own) -%}
{% endmacro %}

{% macro is_incremental() %}
  {%- if not execute -%}{%- do return(false) -%}{%- endif -%}
  {%- set in_lake = adapter.lake.has() -%}
  {%- set existing = adapter.get_relation(this.database, this.schema, this.table) -%}
  {%- do return(existing is not none and (existing.type == 'table' or in_lake)
                and model.config.materialized == 'incremental' and not should_full_refresh()) -%}
{% endmacro %}

{% macro is_core_v2() -%}{{ return(dbt_version.split('.') | first | int == 2) }}{%- endmacro %}
