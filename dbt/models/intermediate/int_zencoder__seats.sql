{{ config(
    pre_hook="{{ zencoder.check_given('seats', ['email']) }}",
    post_hook="{{ zencoder.say_about_seats(this) }}"
) }}
{%- set relation = zencoder.given('seats') -%}
-- Licensed addresses, and when each was used; no row where no table of them is given.
with seats as (
    {%- if relation %}
    select
        {{ zencoder.organization(relation) }} as organization,
        {{ zencoder.given_email(relation) }} as email,
        {{ zencoder.is_respelled(relation) }} as is_respelled,
        min(cast({{ zencoder.given_text(relation, 'assigned_on') }} as date)) as assigned_on,
        count(*) as rows_given
    from {{ relation }}
    where {{ zencoder.given_text(relation, 'email') }} is not null
    group by 1, 2
    {%- else %}
    {{ zencoder.no_rows(
        organization=dbt.type_string(), email=dbt.type_string(), is_respelled='boolean', assigned_on='date', rows_given=dbt.type_bigint()
    ) }}
    {%- endif %}
)

select
    seats.organization,
    seats.email,
    seats.assigned_on,
    seats.rows_given,
    seats.is_respelled,
    people.email is not null as is_used,
    people.days_since_active,
    case
        when people.days_since_active < 7 then 'active in 7 days'
        when people.days_since_active < 28 then 'active in 28 days'
        when seats.assigned_on > {{ zencoder.add_days('organizations.last_complete_day', -28) }} then 'too new to judge'
        when people.email is null then 'never used'
        else 'not for 28 days'
    end as status
from seats
left join {{ zencoder.rows_of('int_zencoder__organizations') }} as organizations
    on seats.organization = organizations.organization
left join {{ zencoder.rows_of('int_zencoder__users') }} as people
    on seats.organization = people.organization and seats.email = people.email
