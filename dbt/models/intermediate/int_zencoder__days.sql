{%- set windows = zencoder.moving_windows() -%}

-- Each day of each organisation, with the people of the windows that end there. Somebody
-- enters a window on a day of activity with none before it as near as that, and leaves it
-- that many days after one with none as near after it: what is left is a running sum.
with active as (
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
),

summed as (
    select
        spine.organization,
        spine.day,
        spine.is_complete,
        coalesce(active.active_users, 0) as active_users,
        coalesce(active.messages, 0) as messages,
        coalesce(active.new_users, 0) as new_users
        {%- for days in windows %},
        sum(coalesce(active.entering_{{ days }}, 0) - coalesce(past_{{ days }}.leaving_{{ days }}, 0))
            over (
                partition by spine.organization
                order by spine.day
                rows between unbounded preceding and current row
            ) as users_in_{{ days }}_days,
        sum(coalesce(active.messages, 0)) over (
            partition by spine.organization
            order by spine.day
            rows between {{ days - 1 }} preceding and current row
        ) as messages_in_{{ days }}_days,
        sum(case when spine.is_complete then 1 else 0 end) over (
            partition by spine.organization
            order by spine.day
            rows between {{ days - 1 }} preceding and current row
        ) as complete_days_of_{{ days }}
        {%- endfor %}
    from {{ zencoder.rows_of('int_zencoder__synced_days') }} as spine
    left join active
        on spine.organization = active.organization and spine.day = active.day
    {%- for days in windows %}
    left join active as past_{{ days }}
        on spine.organization = past_{{ days }}.organization
        and {{ zencoder.add_days('spine.day', -days) }} = past_{{ days }}.day
    {%- endfor %}
)

select
    organization,
    day,
    is_complete,
    case when is_complete then active_users end as active_users,
    case when is_complete then messages end as messages,
    case when is_complete then new_users end as new_users
    {%- for days in windows %}
    {%- for figure in ['users', 'messages'] %},
    case
        when complete_days_of_{{ days }} = {{ days }}
            then cast({{ figure }}_in_{{ days }}_days as {{ dbt.type_bigint() }})
    end as {{ figure }}_in_{{ days }}_days
    {%- endfor %}
    {%- endfor %}
from summed
