{# What weeks and months have in common. `grain` is 'week' or 'month'. #}

{# One row for each person and period they were active in. #}
{% macro user_periods(grain) -%}
with periods as (
    select
        organization,
        {{ grain }},
        email,
        count(*) as active_days,
        {{ zencoder.total('messages') }} as messages
    from {{ ref('int_zencoder__user_days') }}
    group by 1, 2, 3
)

select
    organization,
    {{ grain }},
    email,
    active_days,
    messages,
    min({{ grain }}) over (partition by organization, email) as first_{{ grain }},
    lag({{ grain }}) over (partition by organization, email order by {{ grain }}) as previous_{{ grain }},
    lead({{ grain }}) over (partition by organization, email order by {{ grain }}) as next_{{ grain }}
from periods
{%- endmacro %}

{# All periods of each organisation, without gaps. #}
{% macro periods(grain) -%}
    select
        organization,
        {{ grain }},
        -- Its last day is over, and it began when days were synced already.
        count(*) = {{ dbt.datediff(grain, zencoder.add_periods(grain, grain, 1), 'day') }}
            and min(case when is_complete then 1 else 0 end) = 1 as is_complete,
        count(*) as days
    from {{ ref('int_zencoder__days') }}
    group by 1, 2
{%- endmacro %}

{% macro period_figures(grain) -%}
{%- set before = 'over (partition by spine.organization order by spine.' ~ grain ~ ')' -%}
with spine as (
    {{ zencoder.periods(grain) }}
),

figures as (
    select
        organization,
        {{ grain }},
        count(*) as active_users,
        {{ zencoder.count_if('previous_' ~ grain ~ ' is null') }} as new_users,
        {{ zencoder.count_if(
            'previous_' ~ grain ~ ' = ' ~ zencoder.add_periods(grain, grain, -1)
        ) }} as retained_users,
        {{ zencoder.count_if(
            'next_' ~ grain ~ ' is null or next_' ~ grain ~ ' > ' ~ zencoder.add_periods(grain, grain, 1)
        ) }} as leaving_users,
        {{ zencoder.total('messages') }} as messages,
        {{ zencoder.total('active_days') }} as active_days
    from {{ ref('int_zencoder__user_' ~ grain ~ 's') }}
    group by 1, 2
),

with_the_period_before as (
    select
        spine.organization,
        spine.{{ grain }},
        spine.is_complete,
        coalesce(lag(spine.is_complete) {{ before }}, false) as is_comparable,
        coalesce(figures.active_users, 0) as active_users,
        coalesce(figures.new_users, 0) as new_users,
        coalesce(figures.retained_users, 0) as retained_users,
        coalesce(lag(figures.active_users) {{ before }}, 0) as users_before,
        coalesce(lag(figures.leaving_users) {{ before }}, 0) as churned_users,
        coalesce(figures.messages, 0) as messages,
        coalesce(figures.active_days, 0) as active_days
    from spine
    left join figures
        on spine.organization = figures.organization
        and spine.{{ grain }} = figures.{{ grain }}
)

select
    organization,
    {{ grain }},
    active_users,
    new_users,
    retained_users,
    active_users - new_users - retained_users as returned_users,
    churned_users,
    {{ zencoder.ratio('retained_users', 'users_before') }} as retention,
    messages,
    {{ zencoder.ratio('messages', 'active_users') }} as messages_per_user,
    {{ zencoder.ratio('active_days', 'active_users') }} as active_days_per_user,
    is_complete,
    is_comparable
from with_the_period_before
{%- endmacro %}

{# Each IDE or language in each week. #}
{% macro weekly_breakdown(kind) -%}
with people as (
    select
        organization,
        {{ zencoder.period_start('week', 'day') }} as week,
        {{ kind }}_name,
        count(distinct email) as users
    from {{ ref('stg_zencoder__user_' ~ kind ~ 's') }}
    group by 1, 2, 3
),

days as (
    select
        organization,
        {{ zencoder.period_start('week', 'day') }} as week,
        {{ kind }}_name,
        {{ zencoder.total('users') }} as user_days
    from {{ ref('int_zencoder__' ~ kind ~ '_days') }}
    group by 1, 2, 3
)

select
    people.organization,
    people.week,
    people.{{ kind }}_name,
    people.users,
    days.user_days,
    {{ zencoder.ratio('people.users', 'weeks.active_users') }} as share,
    weeks.is_complete
from people
inner join days
    on people.organization = days.organization
    and people.week = days.week
    and people.{{ kind }}_name = days.{{ kind }}_name
inner join {{ ref('zencoder__weekly') }} as weeks
    on people.organization = weeks.organization and people.week = weeks.week
{%- endmacro %}
