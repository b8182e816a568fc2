-- On how many of the 28 days until the end of a week somebody was active: in it and in the three
-- weeks before, if all of those are complete.
with weeks as (
    select
        organization,
        week,
        sum(case when is_complete then 1 else 0 end) over (
            partition by organization order by week rows between 3 preceding and current row
        ) as complete_weeks
    from {{ ref('zencoder__weekly') }}
),

counted as (
    {%- for later in range(4) %}
    select organization, {{ zencoder.add_periods('week', 'week', later) }} as week, email, active_days
    from {{ ref('int_zencoder__user_weeks') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

people as (
    select organization, week, email, {{ zencoder.total('active_days') }} as active_days
    from counted
    group by 1, 2, 3
)

select
    people.organization,
    people.week,
    people.email,
    people.active_days,
    {{ zencoder.segment('people.active_days') }} as segment
from people
inner join weeks
    on people.organization = weeks.organization and people.week = weeks.week and weeks.complete_weeks = 4
