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
        {{ zencoder.count_if('is_complete') }}
            = {{ dbt.datediff(grain, zencoder.add_periods(grain, grain, 1), 'day') }} as is_complete
    from {{ ref('int_zencoder__synced_days') }}
    group by 1, 2
{%- endmacro %}

{# The figures of each period: null unless it is complete, and those that compare it with the
   period before unless that is complete, too. #}
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

counted as (
    select
        spine.organization,
        spine.{{ grain }},
        spine.is_complete,
        spine.is_complete and coalesce(lag(spine.is_complete) {{ before }}, false) as is_comparable,
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
    case when is_complete then active_users end as active_users,
    case when is_comparable then new_users end as new_users,
    case when is_comparable then retained_users end as retained_users,
    case when is_comparable then active_users - new_users - retained_users end as returned_users,
    case when is_comparable then churned_users end as churned_users,
    case when is_comparable then {{ zencoder.ratio('retained_users', 'users_before') }} end as retention,
    case when is_complete then messages end as messages,
    case when is_complete then {{ zencoder.ratio('messages', 'active_users') }} end as messages_per_user,
    case when is_complete then {{ zencoder.ratio('active_days', 'active_users') }} end as active_days_per_user,
    is_complete,
    is_comparable
from counted
{%- endmacro %}

{# Each IDE or language in each complete week. #}
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
),

figures as (
    select
        people.organization,
        people.week,
        people.{{ kind }}_name,
        people.users,
        days.user_days,
        weeks.active_users
    from people
    inner join days
        on people.organization = days.organization
        and people.week = days.week
        and people.{{ kind }}_name = days.{{ kind }}_name
    inner join {{ zencoder.rows_of('zencoder__weekly') }} as weeks
        on people.organization = weeks.organization and people.week = weeks.week and weeks.is_complete
),

{{ zencoder.shown_parts('figures', 'users', 'active_users', ['organization', 'week'], kind ~ '_name') }}

select
    organization,
    week,
    {{ kind }}_name,
    users,
    user_days,
    {{ zencoder.ratio('users', 'active_users') }} as share,
    shown_users,
    {{ zencoder.ratio('shown_users', 'active_users') }} as shown_share,
    is_at_least
from shown
{%- endmacro %}
