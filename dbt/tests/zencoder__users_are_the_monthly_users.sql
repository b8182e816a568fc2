-- Who was active in the last 28 days is as many as the last day's moving window has.
with counted as (
    select organization, {{ zencoder.count_if('active_days > 0') }} as people
    from {{ ref('zencoder__users') }}
    group by organization
),

last_days as (
    select organization, max(day) as day
    from {{ ref('zencoder__daily') }}
    group by organization
)

select counted.organization, counted.people, daily.monthly_active_users
from counted
inner join last_days on counted.organization = last_days.organization
inner join {{ ref('zencoder__daily') }} as daily
    on last_days.organization = daily.organization and last_days.day = daily.day
where counted.people <> daily.monthly_active_users
