{# Each materialization is one transaction: its reader sees the table as before or as after. #}

{% materialization view, default -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks) }}
  {% do drop_relation_if_exists(load_cached_relation(this)) %}
  {% call statement('main') -%}{{ get_create_view_as_sql(target_relation, sql) }}{%- endcall %}
  {% do apply_grants(target_relation, config.get('grants')) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=false) }}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{% materialization table, adapter='duckdb' -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks) }}
  {% do build_table(target_relation, load_cached_relation(this), sql) %}
  {% do create_indexes(target_relation) %}
  {% do apply_grants(target_relation, config.get('grants')) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=false) }}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{# Creates a table in the place of what is there, which the query may still read. #}
{% macro build_table(target_relation, existing_relation, code) %}
  {%- if existing_relation is none -%}
    {%- call statement('main') -%}{{ get_create_table_as_sql(false, target_relation, code) }}{%- endcall -%}
  {%- else -%}
    {%- set built = make_intermediate_relation(target_relation) -%}
    {%- do drop_relation_if_exists(load_cached_relation(built)) -%}
    {%- call statement('main') -%}{{ get_create_table_as_sql(false, built, code) }}{%- endcall -%}
    {%- do adapter.drop_relation(existing_relation) -%}
    {%- do adapter.rename_relation(built, target_relation) -%}
  {%- endif -%}
{% endmacro %}

{# What `clone` does with each node: a view over what an earlier run has of it. #}
{% materialization clone, default -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- if not defer_relation -%}
    {%- do log('the state has no relation of ' ~ model.unique_id, info=true) -%}
  {%- elif defer_relation.render() == this.render() -%}
    {%- do log(this.render() ~ ' is where the state has it', info=true) -%}
  {%- elif existing_relation is not none and not flags.FULL_REFRESH -%}
    {%- do log(this.render() ~ ' is there already', info=true) -%}
  {%- else -%}
    {%- set view = 'materialization_view_duckdb' if 'materialization_view_duckdb' in context else 'materialization_view_default' -%}
    {{ return(context[view]()) }}
  {%- endif -%}
  {{ return({'relations': []}) }}
{%- endmaterialization %}

{% materialization incremental, adapter='duckdb' -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set from_scratch = existing_relation is none or existing_relation.is_view or should_full_refresh() -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks) }}
  {% if from_scratch %}
    {% do build_table(target_relation, existing_relation, sql) %}
    {% do create_indexes(target_relation) %}
  {% else %}
    {% set temp_relation = make_temp_relation(target_relation) %}
    {% do run_query(create_table_as(true, temp_relation, sql)) %}
    {% do adapter.expand_target_column_types(from_relation=temp_relation, to_relation=target_relation) %}
    {% set dest_columns = process_schema_changes(on_schema_change, temp_relation, existing_relation) %}
    {% if not dest_columns %}{% set dest_columns = adapter.get_columns_in_relation(existing_relation) %}{% endif %}
    {% set strategy = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy') or 'default') %}
    {% set build_sql = strategy({
          'target_relation': target_relation,
          'temp_relation': temp_relation,
          'unique_key': config.get('unique_key'),
          'dest_columns': dest_columns,
          'incremental_predicates': config.get('predicates', none) or config.get('incremental_predicates', none)}) %}
    {% call statement('main') %}{{ build_sql }}{% endcall %}
    {% do run_query('drop table if exists ' ~ temp_relation.render()) %}
  {% endif %}
  {% do apply_grants(target_relation, config.get('grants')) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=false) }}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{# Strategies: `get_incremental_<name>_sql`, where projects add their own. #}

{% macro get_incremental_default_sql(arg_dict) %}{{ return(adapter.dispatch('get_incremental_default_sql', 'dbt')(arg_dict)) }}{% endmacro %}
{% macro default__get_incremental_default_sql(arg_dict) %}{{ return(get_incremental_delete_insert_sql(arg_dict)) }}{% endmacro %}

{% macro get_incremental_append_sql(arg_dict) %}{{ return(adapter.dispatch('get_incremental_append_sql', 'dbt')(arg_dict)) }}{% endmacro %}
{% macro default__get_incremental_append_sql(arg_dict) %}
  {{ return(get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns'])) }}
{% endmacro %}
{% macro get_insert_into_sql(target_relation, temp_relation, dest_columns) %}
  {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  insert into {{ target_relation }} ({{ names }})
  (select {{ names }} from {{ temp_relation }})
{% endmacro %}

{% macro get_incremental_delete_insert_sql(arg_dict) %}{{ return(adapter.dispatch('get_incremental_delete_insert_sql', 'dbt')(arg_dict)) }}{% endmacro %}
{% macro default__get_incremental_delete_insert_sql(arg_dict) %}
  {{ return(get_delete_insert_merge_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
        arg_dict['dest_columns'], arg_dict['incremental_predicates'])) }}
{% endmacro %}
{% macro get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {{ adapter.dispatch('get_delete_insert_merge_sql', 'dbt')(target, source, unique_key, dest_columns, incremental_predicates) }}
{%- endmacro %}
{% macro default__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- if unique_key -%}
    {%- if unique_key is string -%}
    delete from {{ target }}
    where ({{ unique_key }}) in (select ({{ unique_key }}) from {{ source }})
    {%- else -%}
    delete from {{ target }} as DBT_INCREMENTAL_TARGET
    using {{ source }}
    where {% for key in unique_key %}{{ source }}.{{ key }} = DBT_INCREMENTAL_TARGET.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
    {%- endif -%}
    {%- for predicate in as_list(incremental_predicates) %} and {{ predicate }}{% endfor %};
  {% endif -%}
  {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{% macro get_incremental_merge_sql(arg_dict) %}{{ return(adapter.dispatch('get_incremental_merge_sql', 'dbt')(arg_dict)) }}{% endmacro %}
{% macro default__get_incremental_merge_sql(arg_dict) %}
  {{ return(get_merge_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],
        arg_dict['dest_columns'], arg_dict['incremental_predicates'])) }}
{% endmacro %}
{% macro get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set predicates = kwargs.get('predicates', incremental_predicates) -%}
  {{ adapter.dispatch('get_merge_sql', 'dbt')(target, source, unique_key, dest_columns, predicates) }}
{%- endmacro %}
{% macro default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set conditions = as_list(incremental_predicates) -%}
  {%- set keys = [] if not unique_key else [unique_key] if unique_key is string else unique_key -%}
  {%- for key in keys -%}
    {%- do conditions.append(get_merge_unique_key_match('DBT_INTERNAL_SOURCE.' ~ key, 'DBT_INTERNAL_DEST.' ~ key)) -%}
  {%- endfor -%}
  {%- if not keys -%}{%- do conditions.append('FALSE') -%}{%- endif -%}
  {%- set names = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- set updated = get_merge_update_columns(
        config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
  {%- set header = config.get('sql_header', none) -%}
  {{ header if header is not none }}
  merge into {{ target }} as DBT_INTERNAL_DEST
  using {{ source }} as DBT_INTERNAL_SOURCE
  on ({{ conditions | join(') and (') }})
  {%- if keys and updated %}
  when matched then update set
    {% for name in updated %}{{ name }} = DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}{% endfor %}
  {%- endif %}
  when not matched then insert ({{ names }}) values
    ({% for column in dest_columns %}DBT_INTERNAL_SOURCE.{{ adapter.quote(column.name) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
{% macro get_merge_unique_key_match(source_unique_key, target_unique_key) %}{{ return(adapter.dispatch('get_merge_unique_key_match', 'dbt')(source_unique_key, target_unique_key)) }}{% endmacro %}
{% macro default__get_merge_unique_key_match(source_unique_key, target_unique_key) -%}{{ return(equals(source_unique_key, target_unique_key) | trim) }}{%- endmacro %}
{% macro get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) %}
  {{ return(adapter.dispatch('get_merge_update_columns', 'dbt')(merge_update_columns, merge_exclude_columns, dest_columns)) }}
{% endmacro %}
{% macro default__get_merge_update_columns(merge_update_columns, merge_exclude_columns, dest_columns) %}
  {%- if merge_update_columns and merge_exclude_columns -%}
    {%- do exceptions.raise_compiler_error("a model has both `merge_update_columns` and `merge_exclude_columns`; keep one of them") -%}
  {%- elif merge_update_columns -%}
    {%- do return(as_list(merge_update_columns)) -%}
  {%- endif -%}
  {%- set excluded = as_list(merge_exclude_columns) | map('lower') | list -%}
  {%- set updated = [] -%}
  {%- for column in dest_columns if column.name | lower not in excluded -%}{%- do updated.append(column.quoted) -%}{%- endfor -%}
  {%- do return(updated) -%}
{% endmacro %}

{% macro get_incremental_insert_overwrite_sql(arg_dict) %}{{ return(adapter.dispatch('get_incremental_insert_overwrite_sql', 'dbt')(arg_dict)) }}{% endmacro %}

{% macro get_incremental_microbatch_sql(arg_dict) %}{{ return(adapter.dispatch('get_incremental_microbatch_sql', 'dbt')(arg_dict)) }}{% endmacro %}
{% macro default__get_incremental_microbatch_sql(arg_dict) %}
  {%- set column = model.config.event_time -%}
  {%- set conditions = as_list(arg_dict['incremental_predicates']) -%}
  {%- if model.batch -%}
    {%- do conditions.append(column ~ " >= '" ~ model.batch.event_time_start ~ "'") -%}
    {%- do conditions.append(column ~ " < '" ~ model.batch.event_time_end ~ "'") -%}
  {%- endif -%}
  delete from {{ arg_dict['target_relation'] }} where ({{ conditions | join(') and (') }});
  {{ get_insert_into_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['dest_columns']) }}
{% endmacro %}

{# A list of what is a list, one value or nothing. #}
{% macro as_list(value) %}{{ return([] if not value else [value] if value is string else [] + value | list) }}{% endmacro %}

{# Columns that the query has and the table has not, and the other way round. #}

{% macro incremental_validate_on_schema_change(on_schema_change, default='ignore') %}
  {%- set known = ['sync_all_columns', 'append_new_columns', 'fail', 'ignore'] -%}
  {%- do return(on_schema_change if on_schema_change in known else default) -%}
{% endmacro %}
{% macro check_for_schema_changes(source_relation, target_relation) %}{{ return(adapter.dispatch('check_for_schema_changes', 'dbt')(source_relation, target_relation)) }}{% endmacro %}
{% macro default__check_for_schema_changes(source_relation, target_relation) %}
  {%- set source_columns = adapter.get_columns_in_relation(source_relation) -%}
  {%- set target_columns = adapter.get_columns_in_relation(target_relation) -%}
  {%- set added = diff_columns(source_columns, target_columns) -%}
  {%- set removed = diff_columns(target_columns, source_columns) -%}
  {%- set types = diff_column_data_types(source_columns, target_columns) -%}
  {%- do return({
        'schema_changed': (added or removed or types) | length > 0,
        'source_not_in_target': added,
        'target_not_in_source': removed,
        'source_columns': source_columns,
        'target_columns': target_columns,
        'new_target_types': types}) -%}
{% endmacro %}
{% macro sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}{{ return(adapter.dispatch('sync_column_schemas', 'dbt')(on_schema_change, target_relation, schema_changes_dict)) }}{% endmacro %}
{% macro default__sync_column_schemas(on_schema_change, target_relation, schema_changes_dict) %}
  {%- set sync = on_schema_change == 'sync_all_columns' -%}
  {%- do alter_relation_add_remove_columns(
        target_relation,
        schema_changes_dict['source_not_in_target'],
        schema_changes_dict['target_not_in_source'] if sync else none) -%}
  {%- for change in schema_changes_dict['new_target_types'] if sync -%}
    {%- do alter_column_type(target_relation, change['column_name'], change['new_type']) -%}
  {%- endfor -%}
{% endmacro %}
{% macro process_schema_changes(on_schema_change, source_relation, target_relation) %}{{ return(adapter.dispatch('process_schema_changes', 'dbt')(on_schema_change, source_relation, target_relation)) }}{% endmacro %}
{% macro default__process_schema_changes(on_schema_change, source_relation, target_relation) %}
  {%- if on_schema_change == 'ignore' -%}{%- do return({}) -%}{%- endif -%}
  {%- set changes = check_for_schema_changes(source_relation, target_relation) -%}
  {%- if changes['schema_changed'] and on_schema_change == 'fail' -%}
    {%- do exceptions.raise_compiler_error(
          "the columns of the query are no longer those of its table " ~ target_relation.render()
          ~ ": new ones [" ~ changes['source_not_in_target'] | map(attribute='name') | join(', ')
          ~ "], gone ones [" ~ changes['target_not_in_source'] | map(attribute='name') | join(', ')
          ~ "], changed types [" ~ changes['new_target_types'] | map(attribute='column_name') | join(', ')
          ~ "]; run it with --full-refresh, or configure on_schema_change='append_new_columns' or 'sync_all_columns'") -%}
  {%- elif changes['schema_changed'] -%}
    {%- do sync_column_schemas(on_schema_change, target_relation, changes) -%}
  {%- endif -%}
  {%- do return(changes['source_columns']) -%}
{% endmacro %}
