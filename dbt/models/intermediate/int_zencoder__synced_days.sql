-- Which days are complete, and why the others are not.
with bounds as (
    select organization, min(day) as first_day, max(day) as last_day, 1 as has_daily
    from {{ ref('stg_zencoder__daily') }}
    group by 1
    union all
    -- Without `daily`, nothing says which days were synced.
    select organization, min(day), max(day), 0
    from {{ ref('stg_zencoder__users') }}
    where organization not in (select organization from {{ ref('stg_zencoder__daily') }})
    group by 1
),

spine as (
    select
        bounds.organization,
        {{ zencoder.joined_day('bounds.first_day') }} as day,
        bounds.has_daily = 0 as is_assumed
    from bounds
    {{ zencoder.join_days('bounds.first_day', 'bounds.last_day') }}
),

users as (
    select organization, day, max(extracted_at) as extracted_at
    from {{ ref('stg_zencoder__users') }}
    group by 1, 2
),

reasons as (
    select
        spine.organization,
        spine.day,
        spine.is_assumed,
        case
            when not spine.is_assumed and daily.day is null then 'not synced'
            when spine.day >= {{ zencoder.today() }} then 'not over'
            when {{ zencoder.answered_within('daily.extracted_at', 'spine.day') }} then 'not over'
            when daily.active_users > 0 and users.day is null then 'users not synced'
            when {{ zencoder.answered_within('users.extracted_at', 'spine.day') }} then 'not over'
        end as incomplete_reason
    from spine
    left join {{ zencoder.rows_of('stg_zencoder__daily') }} as daily
        on spine.organization = daily.organization and spine.day = daily.day
    left join users
        on spine.organization = users.organization and spine.day = users.day
)

select
    organization,
    day,
    {{ zencoder.period_start('week', 'day') }} as week,
    {{ zencoder.period_start('month', 'day') }} as month,
    is_assumed,
    incomplete_reason is null as is_complete,
    incomplete_reason
from reasons
