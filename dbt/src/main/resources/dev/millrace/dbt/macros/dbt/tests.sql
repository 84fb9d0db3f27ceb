{% materialization test, default -%}
  {%- set relations = [] -%}
  {%- set main_sql = get_limit_subquery_sql(sql, config.get('limit')) -%}
  {%- if should_store_failures() -%}
    {%- set as = config.get('store_failures_as') or 'table' -%}
    {%- if as not in ['table', 'view'] -%}
      {%- do exceptions.raise_compiler_error("`store_failures_as` is `" ~ as ~ "`; write table, view or ephemeral") -%}
    {%- endif -%}
    {%- set target_relation = api.Relation.create(database=database, schema=schema, identifier=model['alias'], type=as) -%}
    {%- do adapter.enter_transaction() -%}
    {%- do create_schema(target_relation) -%}
    {%- do drop_relation_if_exists(load_cached_relation(target_relation)) -%}
    {%- call statement(auto_begin=true) -%}{{ get_create_sql(target_relation, main_sql) }}{%- endcall -%}
    {%- do relations.append(target_relation) -%}
    {%- set main_sql = 'select * from ' ~ target_relation -%}
  {%- endif -%}
  {%- call statement('main', fetch_result=true) -%}
    {{ get_test_sql(main_sql, config.get('fail_calc') or 'count(*)', config.get('warn_if') or '!= 0', config.get('error_if') or '!= 0', limit=none) }}
  {%- endcall -%}
  {{ return({'relations': relations}) }}
{%- endmaterialization %}

{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}{{ adapter.dispatch('get_test_sql', 'dbt')(main_sql, fail_calc, warn_if, error_if, limit) }}{%- endmacro %}
{% macro default__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    select
      {{ fail_calc }} as failures,
      {{ fail_calc }} {{ warn_if }} as should_warn,
      {{ fail_calc }} {{ error_if }} as should_error
    from (
      {{ main_sql }}
      {{ 'limit ' ~ limit if limit is not none }}
    ) dbt_internal_test
{%- endmacro %}

{% macro get_where_subquery(relation) -%}{%- do return(adapter.dispatch('get_where_subquery', 'dbt')(relation)) -%}{%- endmacro %}
{% macro default__get_where_subquery(relation) -%}
  {%- set where = config.get('where', '') -%}
  {%- if where -%}{%- do return('(select * from ' ~ relation ~ ' where ' ~ where ~ ') dbt_subquery') -%}{%- endif -%}
  {%- do return(relation) -%}
{%- endmacro %}

{# The four tests that come with dbt. #}

{% test unique(model, column_name) %}{% set macro = adapter.dispatch('test_unique', 'dbt') %}{{ macro(model, column_name) }}{% endtest %}
{% macro default__test_unique(model, column_name) %}
select
    {{ column_name }} as unique_field,
    count(*) as n_records
from {{ model }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1
{% endmacro %}

{% test not_null(model, column_name) %}{% set macro = adapter.dispatch('test_not_null', 'dbt') %}{{ macro(model, column_name) }}{% endtest %}
{% macro default__test_not_null(model, column_name) %}
select {{ '*' if should_store_failures() else column_name }}
from {{ model }}
where {{ column_name }} is null
{% endmacro %}

{% test accepted_values(model, column_name, values, quote=true) %}{% set macro = adapter.dispatch('test_accepted_values', 'dbt') %}{{ macro(model, column_name, values, quote) }}{% endtest %}
{% macro default__test_accepted_values(model, column_name, values, quote=true) %}
with all_values as (
    select {{ column_name }} as value_field, count(*) as n_records
    from {{ model }}
    group by {{ column_name }}
)
select *
from all_values
where value_field not in (
    {% for value in values -%}
    {%- if quote -%}'{{ value }}'{%- else -%}{{ value }}{%- endif -%}{{ ',' if not loop.last }}
    {%- endfor %}
)
{% endmacro %}

{% test relationships(model, column_name, to, field) %}{% set macro = adapter.dispatch('test_relationships', 'dbt') %}{{ macro(model, column_name, to, field) }}{% endtest %}
{% macro default__test_relationships(model, column_name, to, field) %}
with child as (
    select {{ column_name }} as from_field
    from {{ model }}
    where {{ column_name }} is not null
),
parent as (
    select {{ field }} as to_field
    from {{ to }}
)
select from_field
from child
left join parent on child.from_field = parent.to_field
where parent.to_field is null
{% endmacro %}

{# Unit tests: rows in, the rows expected and those that came out. #}

{% materialization unit, default -%}
  {%- set rows = config.get('expected_rows') -%}
  {%- do adapter.enter_transaction() -%}
  {%- set names = rows[0].keys() if rows else get_columns_in_query(sql) -%}
  {%- set temp_relation = make_temp_relation(this.incorporate(type='table')) -%}
  {%- do run_query(get_create_table_as_sql(true, temp_relation, get_empty_subquery_sql(sql))) -%}
  {%- set types = {} -%}
  {%- set quoted = {} -%}
  {%- for column in adapter.get_columns_in_relation(temp_relation) -%}
    {%- do types.update({column.name | lower: column.data_type}) -%}
    {%- do quoted.update({column.name | lower: column.quoted}) -%}
  {%- endfor -%}
  {%- set compared = [] -%}
  {%- for name in names -%}{%- do compared.append(quoted[name | lower] or adapter.quote(name)) -%}{%- endfor -%}
  {%- set expected = config.get('expected_sql') or get_expected_sql(rows, types, quoted) -%}
  {%- call statement('main', fetch_result=true) -%}{{ get_unit_test_sql(sql, expected, compared) }}{%- endcall -%}
  {%- do run_query('drop table if exists ' ~ temp_relation.render()) -%}
  {{ return({'relations': []}) }}
{%- endmaterialization %}

{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}{{ adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names) }}{%- endmacro %}
{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
with dbt_internal_unit_test_actual as (
  select {{ expected_column_names | join(', ') }}, {{ dbt.string_literal('actual') }} as {{ adapter.quote('actual_or_expected') }}
  from (
    {{ main_sql }}
  ) _dbt_internal_unit_test_actual
),
dbt_internal_unit_test_expected as (
  select {{ expected_column_names | join(', ') }}, {{ dbt.string_literal('expected') }} as {{ adapter.quote('actual_or_expected') }}
  from (
    {{ expected_fixture_sql }}
  ) _dbt_internal_unit_test_expected
)
select * from dbt_internal_unit_test_actual
union all
select * from dbt_internal_unit_test_expected
{%- endmacro %}

{# A query of rows as a unit test gives them; columns that a row does not have are null. #}
{% macro get_fixture_sql(rows, column_name_to_data_types) %}
  {%- set types = column_name_to_data_types or {} -%}
  {%- set quoted = {} -%}
  {%- if not types -%}
    {%- for column in adapter.get_columns_in_relation(defer_relation if defer_relation and not load_relation(this) else this) -%}
      {%- do types.update({column.name | lower: column.data_type}) -%}
      {%- do quoted.update({column.name | lower: column.quoted}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if not types -%}
    {%- do exceptions.raise_compiler_error("the columns of `" ~ model.name ~ "` are unknown, as " ~ this ~ " does not exist; build it before its unit tests, perhaps with --empty") -%}
  {%- endif -%}
  {%- set none_of_all = {} -%}
  {%- for name, type in types.items() -%}{%- do none_of_all.update({name: safe_cast('null', type) | trim}) -%}{%- endfor -%}
  {%- for row in rows -%}
    {%- set values = none_of_all.copy() -%}
    {%- do values.update(format_row(row, types)) -%}
    select {% for name, value in values.items() %}{{ value }} as {{ quoted[name] or adapter.quote(name) }}{{ ', ' if not loop.last }}{% endfor %}
    {{ 'union all ' if not loop.last }}
  {%- endfor -%}
  {%- if not rows -%}
    select {% for name, value in none_of_all.items() %}{{ value }} as {{ quoted[name] or adapter.quote(name) }}{{ ', ' if not loop.last }}{% endfor %} limit 0
  {%- endif -%}
{% endmacro %}

{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) %}
  {%- if not rows -%}select * from dbt_internal_unit_test_actual limit 0{%- endif -%}
  {%- for row in rows -%}
    select {% for name, value in format_row(row, column_name_to_data_types).items() %}{{ value }} as {{ column_name_to_quoted[name] or adapter.quote(name) }}{{ ', ' if not loop.last }}{% endfor %}
    {{ 'union all ' if not loop.last }}
  {%- endfor -%}
{% endmacro %}

{% macro format_row(row, column_name_to_data_types) %}
  {%- set formatted = {} -%}
  {%- for given, value in row.items() -%}
    {%- set name = given | lower -%}
    {%- if name not in column_name_to_data_types -%}
      {%- do exceptions.raise_compiler_error("a row of the unit test has a column `" ~ given ~ "`; there are "
            ~ column_name_to_data_types.keys() | join(', ')) -%}
    {%- endif -%}
    {%- set code = 'null' if value is none else dbt.string_literal(dbt.escape_single_quotes(value)) if value is string else value -%}
    {%- set type = column_name_to_data_types[name] -%}
    {%- if value is string and 'varying' in type -%}{%- set type = type.split('(')[0] -%}{%- endif -%}
    {%- do formatted.update({name: safe_cast(code, type)}) -%}
  {%- endfor -%}
  {%- do return(formatted) -%}
{% endmacro %}

{% macro validate_fixture_rows(rows, row_number) -%}{{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}{%- endmacro %}
{% macro default__validate_fixture_rows(rows, row_number) -%}{%- endmacro %}
