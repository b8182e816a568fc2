{%- set relation = source('zencoder', 'period_summaries') -%}
{#- Reserved words, which Snowflake's loader writes in capitals. -#}
{%- set start_column = adapter.quote('START' if target.type == 'snowflake' else 'start') -%}
{%- set end_column = adapter.quote('END' if target.type == 'snowflake' else 'end') -%}

-- The rows of a day come from one answer each, so none is older for being left out.
select
    {{ zencoder.organization(relation) }} as organization,
    cast(day as date) as day,
    period,
    cast({{ start_column }} as date) as period_start,
    cast({{ end_column }} as date) as period_end,
    cast(days as {{ dbt.type_bigint() }}) as days,
    cast(total_active_users as {{ dbt.type_bigint() }}) as total_active_users,
    cast(total_messages as {{ dbt.type_bigint() }}) as total_messages,
    _sdc_extracted_at as extracted_at
from {{ relation }}
