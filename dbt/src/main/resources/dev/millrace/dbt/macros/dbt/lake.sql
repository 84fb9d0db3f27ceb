{# Tables of the lake. A write is a commit there; the view in the store that shows its files is replaced with
   the node's transaction. #}

{% materialization lake_table, adapter='duckdb' -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks) }}
  {% do lake_overwrite(sql) %}
  {{ return(lake_finish()) }}
{%- endmaterialization %}

{% materialization lake_incremental, adapter='duckdb' -%}
  {%- set strategy = config.get('incremental_strategy') or 'default' -%}
  {%- set known = ['default', 'append', 'merge', 'delete+insert', 'insert_overwrite', 'microbatch'] -%}
  {%- if strategy not in known -%}
    {%- do exceptions.raise_compiler_error("the lake has no incremental strategy `" ~ strategy ~ "`; it has " ~ known[1:] | join(', ')) -%}
  {%- endif -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks) }}
  {% if not adapter.lake.has() or should_full_refresh() %}
    {% do lake_overwrite(sql) %}
  {% else %}
    {% do lake_increment(strategy, on_schema_change, sql) %}
  {% endif %}
  {{ return(lake_finish()) }}
{%- endmaterialization %}

{# What comes after the rows. #}
{% macro lake_finish() %}
  {%- set target_relation = this.incorporate(type='view') -%}
  {% do apply_grants(target_relation, config.get('grants')) %}
  {% do persist_docs(target_relation, model) %}
  {{ run_hooks(post_hooks) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=false) }}
  {% do return({'relations': [target_relation]}) %}
{% endmacro %}

{% macro lake_overwrite(sql) %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set rows = lake_rows(sql) -%}
  {%- if existing is not none and existing.is_table and not rows.temp -%}
    {#- The query may read the table whose place the view takes. -#}
    {%- set rows = lake_temp(sql) -%}
  {%- endif -%}
  {%- if existing is not none and existing.is_table -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
  {%- do adapter.lake.write('overwrite', rows.sql) -%}
  {%- if rows.temp -%}{%- do run_query('drop table ' ~ rows.temp.render()) -%}{%- endif -%}
{% endmacro %}

{% macro lake_increment(strategy, on_schema_change, sql) %}
  {%- set keys = [] if not config.get('unique_key') or strategy in ('append', 'insert_overwrite', 'microbatch') else config.get('unique_key') -%}
  {%- if strategy == 'insert_overwrite' -%}
    {%- set rows = lake_rows(sql) -%}
    {%- do adapter.lake.write('replace_partitions', rows.sql, none, on_schema_change) -%}
  {%- elif strategy == 'microbatch' -%}
    {%- set rows = lake_rows(sql) -%}
    {%- set column = 'old.' ~ model.config.event_time -%}
    {%- set conditions = [] -%}
    {%- if model.batch -%}
      {%- do conditions.append(column ~ " >= '" ~ model.batch.event_time_start ~ "'") -%}
      {%- do conditions.append(column ~ " < '" ~ model.batch.event_time_end ~ "'") -%}
    {%- endif -%}
    {%- do adapter.lake.write('replace_where', rows.sql, conditions | join(' and ') or 'true', on_schema_change) -%}
  {%- elif not keys -%}
    {%- set rows = lake_rows(sql) -%}
    {%- do adapter.lake.write('append', rows.sql, none, on_schema_change) -%}
  {%- else -%}
    {#- The rows are looked at several times. -#}
    {%- set rows = lake_temp(sql) -%}
    {%- set select = lake_updated(rows.sql, keys) if strategy == 'merge' else rows.sql -%}
    {%- do adapter.lake.write('replace_where', select, lake_same_key(rows.temp, keys), on_schema_change) -%}
  {%- endif -%}
  {%- if rows.temp -%}{%- do run_query('drop table ' ~ rows.temp.render()) -%}{%- endif -%}
{% endmacro %}

{# True for the table's rows whose key the new rows have, as `=` compares: a null is no row's key. #}
{% macro lake_same_key(source, keys) %}
  {%- set predicates = config.get('predicates', none) or config.get('incremental_predicates', none) -%}
  {%- set conditions = [] -%}
  {%- if keys is string -%}
    {%- set condition = '(' ~ keys ~ ') in (select (' ~ keys ~ ') from ' ~ source ~ ')' -%}
    {%- if predicates -%}{%- set condition = none -%}{%- endif -%}
  {%- endif -%}
  {%- if not condition -%}
    {%- for key in as_list(keys) -%}{%- do conditions.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = old.' ~ key) -%}{%- endfor -%}
    {%- for predicate in as_list(predicates) -%}
      {%- do conditions.append(predicate | replace('DBT_INTERNAL_DEST', 'old') | replace('DBT_INCREMENTAL_TARGET', 'old') | replace(this.render(), 'old')) -%}
    {%- endfor -%}
    {%- set condition = 'exists (select 1 from ' ~ source ~ ' as DBT_INTERNAL_SOURCE where (' ~ conditions | join(') and (') ~ '))' -%}
  {%- endif -%}
  {%- do return(condition) -%}
{% endmacro %}

{# The new rows, with the table's values in columns that a merge is told to leave. #}
{% macro lake_updated(select, keys) %}
  {%- set only = config.get('merge_update_columns') -%}
  {%- set but = config.get('merge_exclude_columns') -%}
  {%- if not only and not but -%}{%- do return(select) -%}{%- endif -%}
  {%- set columns = get_columns_in_query(select) -%}
  {%- set there = adapter.get_columns_in_relation(this) | map(attribute='name') | map('lower') | list -%}
  {%- set updated = get_merge_update_columns(only, but, adapter.get_columns_in_relation(this)) | map('replace', '"', '') | map('lower') | list -%}
  {%- set on = [] -%}
  {%- for key in as_list(keys) -%}{%- do on.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}{%- endfor -%}
  {%- set names = [] -%}
  {%- for column in columns -%}
    {%- set name = adapter.quote(column) -%}
    {%- if column | lower in updated or column | lower not in there -%}{%- do names.append('DBT_INTERNAL_SOURCE.' ~ name) -%}
    {%- else -%}{%- do names.append('case when DBT_INTERNAL_DEST.millrace_there then DBT_INTERNAL_DEST.' ~ name ~ ' else DBT_INTERNAL_SOURCE.' ~ name ~ ' end as ' ~ name) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do return('select ' ~ names | join(', ') ~ ' from (' ~ select ~ ') as DBT_INTERNAL_SOURCE left join (select *, true as millrace_there from '
        ~ this ~ ') as DBT_INTERNAL_DEST on ' ~ on | join(' and ')) -%}
{% endmacro %}

{# A query for the rows; with a contract over a table that has checked them. #}
{% macro lake_rows(sql) %}
  {%- if config.get('contract').enforced -%}{%- do return(lake_temp(sql)) -%}{%- endif -%}
  {%- do write(sql) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- if header is not none -%}{%- do run_query(header) -%}{%- endif -%}
  {%- do return({'sql': sql, 'temp': none}) -%}
{% endmacro %}

{# The rows in a table of this session. #}
{% macro lake_temp(sql) %}
  {%- set temp = make_temp_relation(this) -%}
  {%- if config.get('contract').enforced -%}
    {%- do write(sql) -%}
    {%- do get_assert_columns_equivalent(sql) -%}
    {%- set header = config.get('sql_header', none) -%}
    {%- if header is not none -%}{%- do run_query(header) -%}{%- endif -%}
    {%- do run_query('create temporary table ' ~ temp.render() ~ ' ' ~ get_table_columns_and_constraints()) -%}
    {%- call statement('lake_rows') -%}
      insert into {{ temp.render() }} ({{ adapter.dispatch('get_column_names', 'dbt')() }}) ({{ get_select_subquery(sql) }})
    {%- endcall -%}
  {%- else -%}
    {%- do write(sql) -%}
    {%- do run_query(create_table_as(true, temp, sql)) -%}
  {%- endif -%}
  {%- do return({'sql': 'select * from ' ~ temp.render(), 'temp': temp}) -%}
{% endmacro %}
