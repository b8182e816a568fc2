-- Everybody who was ever active, with their last 28 days if all of those are complete.
with people as (
    select
        user_days.organization,
        user_days.email,
        organizations.last_complete_day as as_of,
        min(user_days.day) as first_day,
        max(user_days.day) as last_day,
        {{ zencoder.count_if('user_days.day > ' ~ zencoder.add_days('organizations.last_complete_day', -28)) }}
            as active_days,
        {{ zencoder.total(
            'case when user_days.day > ' ~ zencoder.add_days('organizations.last_complete_day', -28)
            ~ ' then user_days.messages end'
        ) }} as messages
    from {{ zencoder.rows_of('int_zencoder__user_days') }} as user_days
    inner join {{ zencoder.rows_of('int_zencoder__organizations') }} as organizations
        on user_days.organization = organizations.organization
        and user_days.day <= organizations.last_complete_day
    group by 1, 2, 3
)

select
    people.organization,
    people.email,
    people.first_day,
    people.last_day,
    cast({{ dbt.datediff('people.last_day', 'people.as_of', 'day') }} as {{ dbt.type_bigint() }}) as days_since_active,
    case when windows.users_in_28_days is not null then people.active_days end as active_days,
    case when windows.users_in_28_days is not null then people.messages end as messages,
    case when windows.users_in_28_days is not null then {{ zencoder.segment('people.active_days') }} end as segment,
    people.as_of
from people
inner join {{ zencoder.rows_of('int_zencoder__days') }} as windows
    on people.organization = windows.organization and people.as_of = windows.day
