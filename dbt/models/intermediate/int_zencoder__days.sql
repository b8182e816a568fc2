{%- set windows = zencoder.moving_windows() -%}

-- Each day of each organisation, with the people of the windows that end there. Somebody
-- enters a window on a day of activity with none before it as near as that, and leaves it
-- that many days after one with none as near after it: what is left is a running sum.
with spine as (
    select
        organizations.organization,
        {{ zencoder.joined_day('organizations.first_day') }} as day,
        organizations.first_day,
        organizations.last_complete_day
    from {{ ref('int_zencoder__organizations') }} as organizations
    {{ zencoder.join_days('organizations.first_day', 'organizations.last_day') }}
),

active as (
    select
        organization,
        day,
        count(*) as active_users,
        {{ zencoder.total('messages') }} as messages,
        {{ zencoder.count_if('previous_day is null') }} as new_users
        {%- for days in windows %},
        {{ zencoder.count_if(
            'previous_day is null or ' ~ dbt.datediff('previous_day', 'day', 'day') ~ ' >= ' ~ days
        ) }} as entering_{{ days }},
        {{ zencoder.count_if(
            'next_day is null or ' ~ dbt.datediff('day', 'next_day', 'day') ~ ' >= ' ~ days
        ) }} as leaving_{{ days }}
        {%- endfor %}
    from {{ ref('int_zencoder__user_days') }}
    group by 1, 2
)

select
    spine.organization,
    spine.day,
    {{ zencoder.period_start('week', 'spine.day') }} as week,
    {{ zencoder.period_start('month', 'spine.day') }} as month,
    spine.first_day,
    spine.day <= spine.last_complete_day as is_complete,
    coalesce(active.active_users, 0) as active_users,
    coalesce(active.messages, 0) as messages,
    coalesce(active.new_users, 0) as new_users
    {%- for days in windows %},
    cast(
        sum(coalesce(active.entering_{{ days }}, 0) - coalesce(past_{{ days }}.leaving_{{ days }}, 0))
            over (
                partition by spine.organization
                order by spine.day
                rows between unbounded preceding and current row
            )
        as {{ dbt.type_bigint() }}
    ) as users_in_{{ days }}_days,
    cast(
        sum(coalesce(active.messages, 0)) over (
            partition by spine.organization
            order by spine.day
            rows between {{ days - 1 }} preceding and current row
        )
        as {{ dbt.type_bigint() }}
    ) as messages_in_{{ days }}_days
    {%- endfor %}
from spine
left join active
    on spine.organization = active.organization and spine.day = active.day
{%- for days in windows %}
left join active as past_{{ days }}
    on spine.organization = past_{{ days }}.organization
    and {{ zencoder.add_days('spine.day', -days) }} = past_{{ days }}.day
{%- endfor %}
