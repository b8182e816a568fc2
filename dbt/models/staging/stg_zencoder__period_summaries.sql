{{ config(pre_hook="{{ zencoder.check_table('period_summaries') }}") }}
{%- set relation = zencoder.loaded('period_summaries') -%}
{#- Reserved words, which Snowflake's loader writes in capitals. -#}
{%- set start_column = adapter.quote('START' if target.type == 'snowflake' else 'start') -%}
{%- set end_column = adapter.quote('END' if target.type == 'snowflake' else 'end') -%}
{%- if relation -%}
-- The rows of a day come from one answer each, so none is older for being left out.
select
    of_organization as organization,
    of_day as day,
    period,
    cast({{ start_column }} as date) as period_start,
    cast({{ end_column }} as date) as period_end,
    cast(days as {{ dbt.type_bigint() }}) as days,
    cast(total_active_users as {{ dbt.type_bigint() }}) as total_active_users,
    cast(total_messages as {{ dbt.type_bigint() }}) as total_messages,
    of_answer as extracted_at
from ({{ zencoder.stored_rows(relation) }}) as stored
{%- else -%}
{{ zencoder.no_rows(
    organization=dbt.type_string(), day='date', period=dbt.type_string(), period_start='date',
    period_end='date', days=dbt.type_bigint(), total_active_users=dbt.type_bigint(),
    total_messages=dbt.type_bigint(), extracted_at=dbt.type_timestamp()
) }}
{%- endif %}
