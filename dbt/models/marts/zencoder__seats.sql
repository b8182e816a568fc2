{%- if var('zencoder_seats_table') -%}
{%- set relation = source('zencoder_seats', 'seats') -%}
with seats as (
    select distinct {{ zencoder.organization(relation) }} as organization, lower(trim(email)) as email
    from {{ relation }}
    where email is not null
)

select
    seats.organization,
    seats.email,
    people.email is not null as is_used,
    people.days_since_active
from seats
left join {{ ref('zencoder__users') }} as people
    on seats.organization = people.organization and seats.email = people.email
{%- else -%}
-- No table of licensed addresses is given, so there is no row.
select
    organization,
    email,
    true as is_used,
    days_since_active
from {{ ref('zencoder__users') }}
where false
{%- endif %}
