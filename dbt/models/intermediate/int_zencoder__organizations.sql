-- The days that were synced. A quiet day that an earlier version of the tap loaded has no
-- rows, but that sync left its own day in the summaries, and had reached the day before.
with days as (
    select * from {{ ref('stg_zencoder__answers') }}
),

bounds as (
    select organization, min(day) as first_day, max(day) as last_day from days group by 1
),

answers as (
    select bounds.organization, max(cast(days.extracted_at as date)) as answered_on
    from bounds
    inner join days on bounds.organization = days.organization and bounds.last_day = days.day
    group by 1
),

syncs as (
    select organization, {{ zencoder.add_days('max(day)', -1) }} as day
    from {{ ref('stg_zencoder__period_summaries') }}
    group by 1
)

select
    bounds.organization,
    bounds.first_day,
    greatest(bounds.last_day, coalesce(syncs.day, bounds.last_day)) as last_day,
    -- A day that was asked for before it was over is not complete.
    case
        when syncs.day >= bounds.last_day or answers.answered_on > bounds.last_day
            then greatest(bounds.last_day, coalesce(syncs.day, bounds.last_day))
        else {{ zencoder.add_days('bounds.last_day', -1) }}
    end as last_complete_day
from bounds
inner join answers on bounds.organization = answers.organization
left join syncs on bounds.organization = syncs.organization
