{%- do zencoder.check_variables() -%}
{{ config(pre_hook="{{ zencoder.check_table('daily') }}") }}
{%- set relation = zencoder.loaded('daily') -%}
{%- if relation -%}
-- A loader that only appends has a row of each answer.
with answers as (
    select
        *,
        row_number() over (partition by of_organization, of_day order by of_answer desc) as newest
    from ({{ zencoder.stored_rows(relation) }}) as stored
)

select
    of_organization as organization,
    of_day as day,
    cast(active_users as {{ dbt.type_bigint() }}) as active_users,
    cast(messages as {{ dbt.type_bigint() }}) as messages,
    of_answer as extracted_at
from answers
where newest = 1
{%- else -%}
{{ zencoder.no_rows(
    organization=dbt.type_string(), day='date', active_users=dbt.type_bigint(),
    messages=dbt.type_bigint(), extracted_at=dbt.type_timestamp()
) }}
{%- endif %}
