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
