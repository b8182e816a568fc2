-- Who was active in the last 28 days is as many as the last complete day's moving window has.
with counted as (
    select organization, as_of, {{ zencoder.count_if('active_days > 0') }} as people
    from {{ ref('int_zencoder__users') }}
    group by 1, 2
)

select counted.organization, counted.people, daily.monthly_active_users
from counted
inner join {{ zencoder.rows_of('zencoder__daily') }} as daily
    on counted.organization = daily.organization and counted.as_of = daily.day
where counted.people <> daily.monthly_active_users
