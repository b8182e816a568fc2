with people as (
    select
        user_days.organization,
        user_days.email,
        organizations.last_day as as_of,
        min(user_days.day) as first_day,
        max(user_days.day) as last_day,
        {{ zencoder.count_if('user_days.day > ' ~ zencoder.add_days('organizations.last_day', -28)) }}
            as active_days,
        {{ zencoder.total(
            'case when user_days.day > ' ~ zencoder.add_days('organizations.last_day', -28)
            ~ ' then user_days.messages end'
        ) }} as messages
    from {{ ref('int_zencoder__user_days') }} as user_days
    inner join {{ ref('int_zencoder__organizations') }} as organizations
        on user_days.organization = organizations.organization
    group by 1, 2, 3
)

select
    organization,
    email,
    first_day,
    last_day,
    {{ dbt.datediff('last_day', 'as_of', 'day') }} as days_since_active,
    active_days,
    messages,
    case
        when active_days >= {{ var('zencoder_power_days') }} then 'power'
        when active_days >= {{ var('zencoder_regular_days') }} then 'regular'
        when active_days > 0 then 'occasional'
        else 'dormant'
    end as segment,
    as_of
from people
