{# A snapshot keeps every version of a row: valid from when to when. #}

{% materialization snapshot, default -%}
  {%- set exists, target_relation = get_or_create_relation(
        database=model.database, schema=model.schema, identifier=model.get('alias', model.get('name')), type='table') -%}
  {%- if not target_relation.is_table -%}
    {%- do exceptions.relation_wrong_type("the snapshot's target " ~ target_relation ~ " is a " ~ target_relation.type ~ ", not a table; drop it or give the snapshot another alias") -%}
  {%- endif -%}
  {{ run_hooks(pre_hooks, inside_transaction=false) }}
  {{ run_hooks(pre_hooks) }}
  {%- set strategy = strategy_dispatch(config.get('strategy'))(model, 'snapshotted_data', 'source_data', model['config'], exists) -%}
  {%- if not exists -%}
    {%- call statement('main') -%}{{ create_table_as(false, target_relation, build_snapshot_table(strategy, sql)) }}{%- endcall -%}
    {%- do create_indexes(target_relation) -%}
  {%- else -%}
    {%- do adapter.assert_valid_snapshot_target_given_strategy(target_relation, get_snapshot_table_column_names(), strategy) -%}
    {%- set staging = build_snapshot_staging_table(strategy, sql, target_relation) -%}
    {%- do adapter.expand_target_column_types(from_relation=staging, to_relation=target_relation) -%}
    {%- set own = ['dbt_change_type', 'dbt_unique_key'] -%}
    {%- for key in as_list(strategy.unique_key) -%}{%- do own.append('dbt_unique_key_' ~ loop.index) -%}{%- endfor -%}
    {%- do create_columns(target_relation,
          adapter.get_missing_columns(staging, target_relation) | rejectattr('name', 'in', own) | list) -%}
    {%- set names = [] -%}
    {%- for column in adapter.get_columns_in_relation(staging) if column.name not in own -%}{%- do names.append(adapter.quote(column.name)) -%}{%- endfor -%}
    {%- call statement('main') -%}{{ snapshot_merge_sql(target=target_relation, source=staging, insert_cols=names) }}{%- endcall -%}
    {%- do post_snapshot(staging) -%}
    {%- do run_query('drop table if exists ' ~ staging.render()) -%}
  {%- endif -%}
  {%- do apply_grants(target_relation, config.get('grants')) -%}
  {%- do persist_docs(target_relation, model) -%}
  {{ run_hooks(post_hooks) }}
  {%- do adapter.commit() -%}
  {{ run_hooks(post_hooks, inside_transaction=false) }}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{% macro get_snapshot_table_column_names() %}
  {%- set names = {'dbt_valid_to': 'dbt_valid_to', 'dbt_valid_from': 'dbt_valid_from', 'dbt_scd_id': 'dbt_scd_id',
                   'dbt_updated_at': 'dbt_updated_at', 'dbt_is_deleted': 'dbt_is_deleted'} -%}
  {%- for given in [config.get('snapshot_table_column_names') or {}, config.get('snapshot_meta_column_names') or {}] -%}
    {%- for key, value in given.items() if value -%}{%- do names.update({key: value}) -%}{%- endfor -%}
  {%- endfor -%}
  {%- do return(names) -%}
{% endmacro %}

{# What a row's key is called in the staging table. #}
{% macro unique_key_fields(unique_key) -%}
  {%- if unique_key | is_list -%}
    {%- for key in unique_key %}{{ key }} as dbt_unique_key_{{ loop.index }}{{ ', ' if not loop.last }}{% endfor -%}
  {%- else -%}{{ unique_key }} as dbt_unique_key{%- endif -%}
{%- endmacro %}
{% macro unique_key_join_on(unique_key, identifier, from_identifier) -%}
  {%- if unique_key | is_list -%}
    {%- for key in unique_key -%}
      {{ identifier }}.dbt_unique_key_{{ loop.index }} = {{ from_identifier }}.dbt_unique_key_{{ loop.index }}{{ ' and ' if not loop.last }}
    {%- endfor -%}
  {%- else -%}{{ identifier }}.dbt_unique_key = {{ from_identifier }}.dbt_unique_key{%- endif -%}
{%- endmacro %}
{% macro unique_key_is_null(unique_key, identifier) -%}{{ identifier }}.dbt_unique_key{{ '_1' if unique_key | is_list }} is null{%- endmacro %}
{% macro unique_key_is_not_null(unique_key, identifier) -%}{{ identifier }}.dbt_unique_key{{ '_1' if unique_key | is_list }} is not null{%- endmacro %}

{% macro get_dbt_valid_to_current(strategy, columns) -%}
  coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ config.get('dbt_valid_to_current') or 'null' }}) as {{ columns.dbt_valid_to }}
{%- endmacro %}

{# The version of a row that is valid now. #}
{% macro snapshot_is_current(relation, columns) -%}
  {%- set column = (relation ~ '.' if relation else '') ~ columns.dbt_valid_to -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  {%- if current -%}({{ column }} = {{ current }} or {{ column }} is null){%- else -%}{{ column }} is null{%- endif -%}
{%- endmacro %}

{% macro build_snapshot_table(strategy, sql) -%}{{ adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql) }}{%- endmacro %}
{% macro default__build_snapshot_table(strategy, sql) %}
  {%- set columns = get_snapshot_table_column_names() -%}
    select *,
        {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
        {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
        {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
        {{ get_dbt_valid_to_current(strategy, columns) }}
        {%- if strategy.hard_deletes == 'new_record' %}, 'False' as {{ columns.dbt_is_deleted }}{% endif %}
    from (
        {{ sql }}
    ) sbq
{% endmacro %}

{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
  {%- set temp_relation = make_temp_relation(target_relation) -%}
  {%- call statement('build_snapshot_staging_relation') -%}
    {{ create_table_as(true, temp_relation, snapshot_staging_table(strategy, sql, target_relation)) }}
  {%- endcall -%}
  {%- do return(temp_relation) -%}
{% endmacro %}

{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}{{ adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation) }}{%- endmacro %}
{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {%- set columns = get_snapshot_table_column_names() -%}
  {%- set key = strategy.unique_key -%}
  {%- set ends = strategy.hard_deletes in ['invalidate', 'new_record'] -%}
  {%- set records = strategy.hard_deletes == 'new_record' -%}
  {%- set revived = ' or snapshotted_data.' ~ columns.dbt_is_deleted ~ " = 'True'" if records else '' -%}
  {%- set matches = unique_key_join_on(key, 'snapshotted_data', 'source_data') -%}
    with snapshot_query as (
        {{ source_sql }}
    ),
    snapshotted_data as (
        select *, {{ unique_key_fields(key) }}
        from {{ target_relation }}
        where {{ snapshot_is_current('', columns) }}
    ),
    keyed as (
        select *, {{ unique_key_fields(key) }},
            {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
            {{ strategy.updated_at }} as {{ columns.dbt_valid_from }}
        from snapshot_query
    ),
    insertions as (
        select
            'insert' as dbt_change_type,
            source_data.*
            {%- if records %}, 'False' as {{ columns.dbt_is_deleted }}{% endif %}
        from (
            select *, {{ get_dbt_valid_to_current(strategy, columns) }}, {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}
            from keyed
        ) as source_data
        left outer join snapshotted_data on {{ matches }}
        where {{ unique_key_is_null(key, 'snapshotted_data') }}
            or ({{ unique_key_is_not_null(key, 'snapshotted_data') }} and ({{ strategy.row_changed }}{{ revived }}))
    ),
    updates as (
        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.{{ columns.dbt_scd_id }}
            {%- if records %}, snapshotted_data.{{ columns.dbt_is_deleted }}{% endif %}
        from (select *, {{ strategy.updated_at }} as {{ columns.dbt_valid_to }} from keyed) as source_data
        join snapshotted_data on {{ matches }}
        where ({{ strategy.row_changed }}{{ revived }})
    )
    {%- if ends %},
    source_keys as (
        select *, {{ unique_key_fields(key) }} from snapshot_query
    ),
    deletes as (
        select
            'delete' as dbt_change_type,
            source_data.*,
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
            {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_to }},
            snapshotted_data.{{ columns.dbt_scd_id }}
            {%- if records %}, snapshotted_data.{{ columns.dbt_is_deleted }}{% endif %}
        from snapshotted_data
        left join source_keys as source_data on {{ matches }}
        where {{ unique_key_is_null(key, 'source_data') }}
            {%- if records %} and snapshotted_data.{{ columns.dbt_is_deleted }} is distinct from 'True'{% endif %}
    )
    {%- endif %}
    {%- if records %},
    {%- set kept = get_list_of_column_names(adapter.get_columns_in_relation(target_relation)) %}
    deletion_records as (
        select
            'insert' as dbt_change_type,
            {% for name in get_columns_in_query(source_sql) -%}
            {{ 'snapshotted_data' if name in kept else 'source_data' }}.{{ adapter.quote(name) }},
            {% endfor -%}
            {%- if key | is_list -%}
            {% for one in key %}snapshotted_data.{{ one }} as dbt_unique_key_{{ loop.index }}, {% endfor %}
            {%- else -%}
            snapshotted_data.dbt_unique_key as dbt_unique_key,
            {%- endif %}
            {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
            {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
            snapshotted_data.{{ columns.dbt_valid_to }} as {{ columns.dbt_valid_to }},
            {{ snapshot_hash_arguments([columns.dbt_scd_id, snapshot_get_time()]) }} as {{ columns.dbt_scd_id }},
            'True' as {{ columns.dbt_is_deleted }}
        from snapshotted_data
        left join source_keys as source_data on {{ matches }}
        where {{ unique_key_is_null(key, 'source_data') }}
            and snapshotted_data.{{ columns.dbt_is_deleted }} is distinct from 'True'
    )
    {%- endif %}
    select * from insertions
    union all by name
    select * from updates
    {%- if ends %}
    union all by name
    select * from deletes
    {%- endif %}
    {%- if records %}
    union all by name
    select * from deletion_records
    {%- endif %}
{%- endmacro %}

{% macro snapshot_merge_sql(target, source, insert_cols) -%}{{ adapter.dispatch('snapshot_merge_sql', 'dbt')(target, source, insert_cols) }}{%- endmacro %}
{% macro default__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set columns = get_snapshot_table_column_names() -%}
    update {{ target }} as DBT_INTERNAL_DEST
    set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
    from {{ source }} as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }}::text = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}::text
      and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
      and {{ snapshot_is_current('DBT_INTERNAL_DEST', columns) }};

    insert into {{ target }} ({{ insert_cols | join(', ') }})
    select {% for name in insert_cols %}DBT_INTERNAL_SOURCE.{{ name }}{{ ', ' if not loop.last }}{% endfor %}
    from {{ source }} as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_change_type = 'insert';
{%- endmacro %}

{% macro create_columns(relation, columns) %}{{ adapter.dispatch('create_columns', 'dbt')(relation, columns) }}{% endmacro %}
{% macro default__create_columns(relation, columns) %}
  {%- for column in columns -%}
    {%- call statement() -%}alter table {{ relation.render() }} add column {{ adapter.quote(column.name) }} {{ column.data_type }}{%- endcall -%}
  {%- endfor -%}
{% endmacro %}
{% macro post_snapshot(staging_relation) %}{{ adapter.dispatch('post_snapshot', 'dbt')(staging_relation) }}{% endmacro %}
{% macro default__post_snapshot(staging_relation) %}{% endmacro %}
{% macro get_true_sql() %}{{ adapter.dispatch('get_true_sql', 'dbt')() }}{% endmacro %}
{% macro default__get_true_sql() %}{{ return('TRUE') }}{% endmacro %}

{# Strategies: `snapshot_<name>_strategy`, where projects add their own. #}

{% macro strategy_dispatch(name) -%}
  {%- set parts = name.split('.', 1) -%}
  {%- set macros = context if parts | length == 1 else context.get(parts[0], {}) -%}
  {%- set macro = 'snapshot_' ~ parts | last ~ '_strategy' -%}
  {%- if macro not in macros -%}
    {%- do exceptions.raise_compiler_error("there is no snapshot strategy `" ~ name ~ "`: no macro `" ~ macro ~ "`; write timestamp or check") -%}
  {%- endif -%}
  {%- do return(macros[macro]) -%}
{%- endmacro %}

{% macro snapshot_hash_arguments(args) -%}{{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}{%- endmacro %}
{% macro default__snapshot_hash_arguments(args) -%}
  md5({% for arg in args %}coalesce(cast({{ arg }} as varchar), ''){{ " || '|' || " if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set key = config.get('unique_key') -%}
  {%- set updated_at = config.get('updated_at') -%}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
  {%- set columns = get_snapshot_table_column_names() -%}
  {%- do return({
        'unique_key': key,
        'updated_at': updated_at,
        'row_changed': '(' ~ snapshotted_rel ~ '.' ~ columns.dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')',
        'scd_id': snapshot_hash_arguments(api.Relation.scd_args(key, updated_at)),
        'invalidate_hard_deletes': hard_deletes == 'invalidate',
        'hard_deletes': hard_deletes}) -%}
{% endmacro %}

{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set key = config.get('unique_key') -%}
  {%- set updated_at = config.get('updated_at') or snapshot_get_time() -%}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
  {%- set column_added, columns = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) -%}
  {%- if column_added -%}
    {%- set changed = get_true_sql() -%}
  {%- else -%}
    {%- set differences = [] -%}
    {%- for column in columns -%}
      {%- do differences.append(snapshotted_rel ~ '.' ~ column ~ ' is distinct from ' ~ current_rel ~ '.' ~ column) -%}
    {%- endfor -%}
    {%- set changed = '(' ~ (differences | join(' or ') or 'FALSE') ~ ')' -%}
  {%- endif -%}
  {%- do return({
        'unique_key': key,
        'updated_at': updated_at,
        'row_changed': changed,
        'scd_id': snapshot_hash_arguments(api.Relation.scd_args(key, updated_at)),
        'invalidate_hard_deletes': hard_deletes == 'invalidate',
        'hard_deletes': hard_deletes}) -%}
{% endmacro %}

{# Whether the query has a column to check that the target lacks, and the columns that both have, in quotes. #}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) -%}
  {%- if check_cols_config != 'all' and (check_cols_config is string or not check_cols_config) -%}
    {%- do exceptions.raise_compiler_error("`check_cols` is `" ~ check_cols_config ~ "`; write 'all' or a list of columns") -%}
  {%- endif -%}
  {%- if not target_exists -%}{%- do return((false, [])) -%}{%- endif -%}
  {%- set code = node['compiled_code'] -%}
  {%- if check_cols_config != 'all' -%}
    {%- set code = 'select ' ~ check_cols_config | join(', ') ~ ' from (\n' ~ code ~ '\n) subq' -%}
  {%- endif -%}
  {%- set there = adapter.get_columns_in_relation(
        adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias)) | map(attribute='name') | list -%}
  {%- set found = namespace(added=false) -%}
  {%- set both = [] -%}
  {%- for name in get_columns_in_query(code) -%}
    {%- if name in there -%}{%- do both.append(adapter.quote(name)) -%}{%- else -%}{%- set found.added = true -%}{%- endif -%}
  {%- endfor -%}
  {%- do return((found.added, both)) -%}
{%- endmacro %}

{% macro snapshot_string_as_time(timestamp) -%}{{ adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp) }}{%- endmacro %}
{% macro default__snapshot_string_as_time(timestamp) %}{{ return("'" ~ timestamp ~ "'::timestamp") }}{% endmacro %}
