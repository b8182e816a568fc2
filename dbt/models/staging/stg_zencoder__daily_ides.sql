{{ config(pre_hook="{{ zencoder.check_table('daily_ides') }}") }}
{%- set relation = zencoder.loaded('daily_ides') -%}
{%- if relation -%}
with listed as ({{ zencoder.listed_rows(relation) }})

select
    of_organization as organization,
    of_day as day,
    ide_name,
    cast(engaged_users as {{ dbt.type_bigint() }}) as engaged_users,
    of_answer as extracted_at
from listed
{%- else -%}
-- depends_on: {{ ref('stg_zencoder__daily') }}
{{ zencoder.no_rows(
    organization=dbt.type_string(), day='date', ide_name=dbt.type_string(),
    engaged_users=dbt.type_bigint(), extracted_at=dbt.type_timestamp()
) }}
{%- endif %}
