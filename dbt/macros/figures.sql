{# A quotient with all its digits; null if there is nothing to divide by. #}
{% macro ratio(part, whole) -%}
    cast({{ part }} as {{ zencoder.type_double() }}) / nullif({{ whole }}, 0)
{%- endmacro %}

{# `dbt.type_float()` is single precision in DuckDB. #}
{% macro type_double() -%}
    {{ return('float64' if target.type == 'bigquery' else 'double precision') }}
{%- endmacro %}

{% macro count_if(condition) -%}
    cast(coalesce(sum(case when {{ condition }} then 1 else 0 end), 0) as {{ dbt.type_bigint() }})
{%- endmacro %}

{% macro total(number) -%}
    cast(coalesce(sum({{ number }}), 0) as {{ dbt.type_bigint() }})
{%- endmacro %}

{# The first days of the spans in which active days are counted: none has people of two segments. #}
{% macro habit_spans() -%}
    {%- set regular = zencoder.number('zencoder_regular_days', 1, 28) -%}
    {%- set power = zencoder.number('zencoder_power_days', 1, 28) -%}
    {%- set more = (29 - power) // 4 -%}
    {{ return(
        [1, regular, regular + (power - regular) // 2, power, power + more, power + 2 * more]
        | unique | sort | list
    ) }}
{%- endmacro %}

{% macro within_days(first, last) -%}
    days_since_active >= {{ first }}{{ ' and days_since_active <= ' ~ last if last is not none }}
{%- endmacro %}
