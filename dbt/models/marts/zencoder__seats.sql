{{ config(materialized='view', enabled=var('zencoder_person_marts') | string | lower == 'true') }}
select organization, email, true as has_seat, assigned_on, is_used, days_since_active, status
from {{ ref('int_zencoder__seats') }}
union all
select
    people.organization,
    people.email,
    false as has_seat,
    cast(null as date) as assigned_on,
    true as is_used,
    people.days_since_active,
    'active without a seat' as status
from {{ zencoder.rows_of('int_zencoder__users') }} as people
inner join (select distinct organization from {{ ref('int_zencoder__seats') }}) as licensed
    on people.organization = licensed.organization
left join {{ zencoder.rows_of('int_zencoder__seats') }} as seats
    on people.organization = seats.organization and people.email = seats.email
where people.days_since_active < 28 and seats.email is null
