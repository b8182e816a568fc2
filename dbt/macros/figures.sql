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

{# What somebody is called who was active on so many of 28 days. #}
{% macro segment(days) -%}
    case
        when {{ days }} >= {{ zencoder.number('zencoder_power_days', 1, 28) }} then 'power'
        when {{ days }} >= {{ zencoder.number('zencoder_regular_days', 1, 28) }} then 'regular'
        when {{ days }} > 0 then 'occasional'
        else 'dormant'
    end
{%- endmacro %}

{% macro within_days(first, last) -%}
    days_since_active >= {{ first }}{{ ' and days_since_active <= ' ~ last if last is not none }}
{%- endmacro %}

{# Between the two nearest of `number` values in order, as much as it is nearer to one. #}
{% macro quantile(share, value, position, number) -%}
    max(case when {{ position }} = 1 + floor({{ share }} * ({{ number }} - 1)) then {{ value }} end)
    + max({{ share }} * ({{ number }} - 1) - floor({{ share }} * ({{ number }} - 1)))
    * (
        max(case when {{ position }} = 1 + ceil({{ share }} * ({{ number }} - 1)) then {{ value }} end)
        - max(case when {{ position }} = 1 + floor({{ share }} * ({{ number }} - 1)) then {{ value }} end)
    )
{%- endmacro %}
