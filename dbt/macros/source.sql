{# What the models take of the tables of a loader. #}

{# The table of a stream, or none if it was not loaded. #}
{% macro loaded(stream) -%}
    {%- set relation = source('zencoder', stream) -%}
    {{ return(relation if not execute or load_relation(relation) else none) }}
{%- endmacro %}

{# The names of a table's columns as they are written there, by their names in small letters. #}
{% macro columns_of(relation) -%}
    {%- set names = {} -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do names.update({column.name | lower: column.name}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{%- endmacro %}

{# The expression for the organisation in a table. #}
{% macro organization(relation) -%}
    {%- set constant = "'" ~ dbt.escape_single_quotes(var('zencoder_organization')) ~ "'" -%}
    {%- set column = zencoder.columns_of(relation).get('organization') -%}
    {%- if column -%}
        coalesce(cast({{ adapter.quote(column) }} as {{ dbt.type_string() }}), {{ constant }})
    {%- else -%}
        cast({{ constant }} as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{# When an answer was received. Rows from before the loader noted times are the oldest. #}
{% macro answered_at() -%}
    cast(coalesce(_sdc_extracted_at, {{ dbt.cast("'1900-01-01'", dbt.type_timestamp()) }}) as {{ dbt.type_timestamp() }})
{%- endmacro %}

{# A model that gets an alias. With `--empty`, dbt gives each model one itself, and two are an error. #}
{% macro rows_of(model) -%}
    (select * from {{ ref(model) }})
{%- endmacro %}

{# No rows, with the columns that a stream would have if it was loaded. #}
{% macro no_rows() -%}
    select
        {%- for name, type in kwargs.items() %}
        cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (select 1 as one) as nothing
    where 1 = 0
{%- endmacro %}

{# The rows of a table that the last answer for their day listed, with `of_organization`,
   `of_day` and `of_answer`.

   All rows of one answer have one time, and `daily` has one row a day, which each answer
   replaces: its time says which answer was the last, even if a clock was wrong. If no row
   has that time, the answer listed nobody, or it was for `daily` alone: that is so if it
   says that people were active, or if there is no `daily`, and the newest rows hold. #}
{% macro listed_rows(relation) %}
    select stored.*
    from ({{ zencoder.stored_rows(relation) }}) as stored
    inner join (
        select
            rows_of.of_organization,
            rows_of.of_day,
            case
                when max(case when rows_of.of_answer = daily.extracted_at then 1 else 0 end) = 1
                    then max(daily.extracted_at)
                when coalesce(max(daily.active_users), 1) > 0 then max(rows_of.of_answer)
            end as of_answer
        from ({{ zencoder.stored_rows(relation) }}) as rows_of
        left join {{ zencoder.rows_of('stg_zencoder__daily') }} as daily
            on rows_of.of_organization = daily.organization and rows_of.of_day = daily.day
        group by 1, 2
    ) as answers
        on stored.of_organization = answers.of_organization
        and stored.of_day = answers.of_day
        and stored.of_answer = answers.of_answer
{% endmacro %}

{% macro stored_rows(relation) -%}
    select
        *,
        {{ zencoder.organization(relation) }} as of_organization,
        cast(day as date) as of_day,
        {{ zencoder.answered_at() }} as of_answer
    from {{ relation }}
    where cast(day as date) <= {{ zencoder.today() }}
{%- endmacro %}
