with cohorts as (
    select organization, first_week as cohort_week, count(*) as users
    from {{ ref('int_zencoder__user_weeks') }}
    where week = first_week
    group by 1, 2
),

active as (
    select organization, first_week as cohort_week, week, count(*) as active_users
    from {{ ref('int_zencoder__user_weeks') }}
    group by 1, 2, 3
),

weeks as (
    select
        organization,
        week,
        min(case when is_complete then 1 else 0 end) = 1
            and max(day) = {{ zencoder.add_days('week', 6) }} as is_over
    from {{ ref('int_zencoder__days') }}
    group by 1, 2
),

-- Every week since, also those in which nobody of the cohort was active.
weeks_since as (
    select
        cohorts.organization,
        cohorts.cohort_week,
        cohorts.users,
        weeks.week,
        weeks.is_over,
        {{ dbt.datediff('cohorts.cohort_week', 'weeks.week', 'day') }} as days_since
    from cohorts
    inner join weeks
        on cohorts.organization = weeks.organization and cohorts.cohort_week <= weeks.week
),

figures as (
    select
        weeks_since.*,
        case when is_over then coalesce(active.active_users, 0) end as active_users
    from weeks_since
    left join active
        on weeks_since.organization = active.organization
        and weeks_since.cohort_week = active.cohort_week
        and weeks_since.week = active.week
)

select
    figures.organization,
    figures.cohort_week,
    cast({{ zencoder.ratio('figures.days_since', 7) }} as {{ dbt.type_int() }}) as weeks_since,
    figures.week,
    figures.users,
    figures.active_users,
    {{ zencoder.ratio('figures.active_users', 'figures.users') }} as retention,
    first_weeks.is_comparable
from figures
inner join {{ ref('zencoder__weekly') }} as first_weeks
    on figures.organization = first_weeks.organization
    and figures.cohort_week = first_weeks.week
