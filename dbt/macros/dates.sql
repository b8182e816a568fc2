{# Days and weeks, the same in every warehouse. #}

{# The day of this run, in UTC. #}
{% macro today() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d") }}' as date)
{%- endmacro %}

{% macro add_days(day, number) -%}
    cast({{ dbt.dateadd('day', number, day) }} as date)
{%- endmacro %}

{% macro add_periods(grain, start, number) -%}
    {%- if grain == 'week' -%}
        {{ zencoder.add_days(start, 7 * number) }}
    {%- else -%}
        cast({{ dbt.dateadd('month', number, start) }} as date)
    {%- endif -%}
{%- endmacro %}

{# The first day of the period that a day is in. `date_trunc` has its own Mondays. #}
{% macro period_start(grain, day) -%}
    {%- if grain == 'month' -%}
        cast({{ dbt.date_trunc('month', day) }} as date)
    {%- else -%}
        {%- set a_monday = "cast('1900-01-01' as date)" -%}
        {%- set days = dbt.datediff(a_monday, day, 'day') -%}
        {{ zencoder.add_days(day, '-mod(' ~ days ~ ' + ' ~ (7 - zencoder.week_start()) ~ ', 7)') }}
    {%- endif -%}
{%- endmacro %}

{# Joins a table with each day between two of its columns, both included: `joined_day()`. #}
{% macro join_days(first, last) -%}
    {{ return(adapter.dispatch('join_days', 'zencoder')(first, last)) }}
{%- endmacro %}

{% macro default__join_days(first, last) -%}
    cross join lateral generate_series(
        cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval '1 day'
    ) as each_day (moment)
{%- endmacro %}

{% macro duckdb__join_days(first, last) -%}
    cross join lateral unnest(generate_series({{ first }}, {{ last }}, interval '1 day')) as each_day (moment)
{%- endmacro %}

{% macro bigquery__join_days(first, last) -%}
    cross join unnest(generate_date_array({{ first }}, {{ last }})) as moment
{%- endmacro %}

{% macro snowflake__join_days(first, last) -%}
    , lateral flatten(
        input => array_generate_range(0, {{ dbt.datediff(first, last, 'day') }} + 1)
    ) as each_day
{%- endmacro %}

{% macro joined_day(first) -%}
    {%- if target.type == 'snowflake' -%}
        {{ zencoder.add_days(first, 'cast(each_day.value as integer)') }}
    {%- else -%}
        cast(moment as date)
    {%- endif -%}
{%- endmacro %}

{# Whether an answer was received before its day was over; not so if nobody noted when. #}
{% macro answered_within(moment, day) -%}
    (cast({{ moment }} as date) <= {{ day }} and cast({{ moment }} as date) > cast('1900-01-01' as date))
{%- endmacro %}
