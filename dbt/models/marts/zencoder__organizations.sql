-- One row for each organisation: what the page says first.
with days as (
    select organization, max(monthly_active_users) as peak_monthly_active_users
    from {{ ref('zencoder__daily') }}
    group by 1
),

last_weeks as (
    select organization, max(week) as week
    from {{ ref('zencoder__weekly') }}
    where is_complete
    group by 1
),

seats as (
    select
        organization,
        {{ zencoder.total('seats') }} as seats,
        max(case when is_at_least then 1 else 0 end) = 1 as is_at_least,
        case
            when {{ zencoder.count_if("last_status = 'active in 7 days'") }} = 1
                then {{ zencoder.total("case when last_status in ('active in 7 days', 'active in 28 days') then seats end") }}
        end as active_in_28_days,
        case
            when {{ zencoder.count_if("first_status = 'never used'") }} = 1
                then {{ zencoder.total("case when first_status in ('not for 28 days', 'never used') then seats end") }}
        end as idle,
        case
            when {{ zencoder.count_if("last_status = 'active in 7 days'") }} = 1 then {{ zencoder.total('users_without_seat') }}
        end as users_without_seat
    from {{ ref('zencoder__seat_use') }}
    group by 1
),

checks as (
    select organization, count(*) as comparisons, {{ zencoder.count_if('not agrees') }} as differing_comparisons
    from {{ ref('zencoder__checks') }}
    group by 1
)

select
    organizations.organization,
    organizations.last_complete_day as as_of,
    weeks.week,
    weeks.active_users as weekly_active_users,
    before.active_users as weekly_active_users_before,
    {{ zencoder.ratio('weeks.active_users - before.active_users', 'before.active_users') }} as weekly_change,
    weeks.retention,
    daily.monthly_active_users,
    days.peak_monthly_active_users,
    segments.shown_regular_users + coalesce(segments.shown_power_users, 0) as often_users,
    depth.median_messages,
    depth.top_tenth_share,
    seats.seats,
    seats.is_at_least as seats_are_at_least,
    seats.active_in_28_days as seats_active_in_28_days,
    seats.idle as idle_seats,
    seats.users_without_seat,
    cast({{ zencoder.given_number('zencoder_seats_bought', 'organizations.organization') }} as {{ dbt.type_bigint() }})
        as seats_bought,
    seats.idle * cast({{ zencoder.given_number('zencoder_seat_price', 'organizations.organization') }} as {{ zencoder.type_double() }})
        as price_of_idle_seats,
    coalesce(checks.comparisons, 0) as comparisons,
    coalesce(checks.differing_comparisons, 0) as differing_comparisons
from {{ zencoder.rows_of('int_zencoder__organizations') }} as organizations
left join last_weeks on organizations.organization = last_weeks.organization
left join {{ zencoder.rows_of('zencoder__weekly') }} as weeks
    on last_weeks.organization = weeks.organization and last_weeks.week = weeks.week
left join {{ zencoder.rows_of('zencoder__weekly') }} as before
    on last_weeks.organization = before.organization
    and {{ zencoder.add_periods('week', 'last_weeks.week', -4) }} = before.week
left join days on organizations.organization = days.organization
left join {{ zencoder.rows_of('zencoder__daily') }} as daily
    on organizations.organization = daily.organization and organizations.last_complete_day = daily.day
left join {{ zencoder.rows_of('zencoder__segments') }} as segments
    on last_weeks.organization = segments.organization and last_weeks.week = segments.week
left join {{ zencoder.rows_of('zencoder__depth') }} as depth
    on last_weeks.organization = depth.organization and last_weeks.week = depth.week
left join seats on organizations.organization = seats.organization
left join checks on organizations.organization = checks.organization
