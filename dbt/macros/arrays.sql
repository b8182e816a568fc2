{# The arrays of `users`, which each loader stores in its own way. #}

{# Joins a table with the texts in one of its arrays: `joined_item()`. #}
{% macro join_items(array) -%}
    {{ return(adapter.dispatch('join_items', 'zencoder')(array)) }}
{%- endmacro %}

{% macro default__join_items(array) -%}
    cross join lateral unnest({{ array }}) as each_item (item)
{%- endmacro %}

{% macro duckdb__join_items(array) -%}
    cross join lateral unnest(cast({{ array }} as varchar[])) as each_item (item)
{%- endmacro %}

{% macro bigquery__join_items(array) -%}
    cross join unnest({{ array }}) as item
{%- endmacro %}

{% macro snowflake__join_items(array) -%}
    , lateral flatten(input => {{ array }}) as each_item
{%- endmacro %}

{% macro joined_item() -%}
    {{ return('cast(each_item.value as varchar)' if target.type == 'snowflake' else 'item') }}
{%- endmacro %}

{% macro number_of_items(array) -%}
    {{ return(adapter.dispatch('number_of_items', 'zencoder')(array)) }}
{%- endmacro %}

{% macro default__number_of_items(array) -%}
    coalesce(cardinality({{ array }}), 0)
{%- endmacro %}

{% macro duckdb__number_of_items(array) -%}
    coalesce(len(cast({{ array }} as varchar[])), 0)
{%- endmacro %}

{% macro bigquery__number_of_items(array) -%}
    coalesce(array_length({{ array }}), 0)
{%- endmacro %}

{% macro snowflake__number_of_items(array) -%}
    coalesce(array_size({{ array }}), 0)
{%- endmacro %}
