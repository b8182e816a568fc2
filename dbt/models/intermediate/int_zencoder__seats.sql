{{ config(pre_hook="{{ zencoder.check_seats() }}") }}
{%- if var('zencoder_seats_table') -%}
{%- set relation = source('zencoder_seats', 'seats') -%}
{%- set email = adapter.quote(zencoder.columns_of(relation).get('email', 'email')) -%}
with seats as (
    select distinct {{ zencoder.organization(relation) }} as organization, lower(trim({{ email }})) as email
    from {{ relation }}
    where trim({{ email }}) <> ''
)

select
    seats.organization,
    seats.email,
    people.email is not null as is_used,
    people.days_since_active
from seats
left join (select * from {{ ref('int_zencoder__users') }}) as people
    on seats.organization = people.organization and seats.email = people.email
{%- else -%}
-- No table of licensed addresses is given, so there is no row.
select organization, email, true as is_used, days_since_active
from {{ ref('int_zencoder__users') }}
where 1 = 0
{%- endif %}
