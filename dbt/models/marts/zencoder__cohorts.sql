-- The people of complete weeks, in each week since.
with weeks as (
    select organization, week, is_complete, is_comparable from {{ ref('zencoder__weekly') }}
),

active as (
    select organization, first_week as cohort_week, week, count(*) as active_users
    from {{ ref('int_zencoder__user_weeks') }}
    group by 1, 2, 3
),

cohorts as (
    select
        weeks.organization,
        weeks.week as cohort_week,
        weeks.is_comparable,
        active.active_users as users
    from weeks
    inner join active
        on weeks.organization = active.organization
        and weeks.week = active.cohort_week
        and weeks.week = active.week
    where weeks.is_complete
),

-- Every week since, also those in which nobody of the cohort was active.
figures as (
    select
        cohorts.organization,
        cohorts.cohort_week,
        weeks.week,
        cohorts.users,
        cohorts.is_comparable,
        case when weeks.is_complete then coalesce(active.active_users, 0) end as active_users
    from cohorts
    inner join weeks
        on cohorts.organization = weeks.organization and cohorts.cohort_week <= weeks.week
    left join active
        on cohorts.organization = active.organization
        and cohorts.cohort_week = active.cohort_week
        and weeks.week = active.week
)

select
    organization,
    cohort_week,
    cast({{ zencoder.ratio(dbt.datediff('cohort_week', 'week', 'day'), 7) }} as {{ dbt.type_int() }}) as weeks_since,
    week,
    users,
    active_users,
    {{ zencoder.ratio('active_users', 'users') }} as retention,
    is_comparable
from figures
