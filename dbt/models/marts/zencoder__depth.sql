{%- set minimum = zencoder.number('zencoder_minimum_group', 1, 1000) -%}
-- Messages of the active people of each complete week that has enough of them.
with ranked as (
    select
        organization,
        week,
        cast(messages as {{ zencoder.type_double() }}) as messages,
        row_number() over (partition by organization, week order by messages) as position,
        count(*) over (partition by organization, week) as active_users
    from {{ ref('int_zencoder__user_weeks') }}
),

figures as (
    select
        organization,
        week,
        max(active_users) as active_users,
        {{ zencoder.ratio(
            'sum(case when position > active_users - ceil(active_users / 10.0) then messages end)', 'sum(messages)'
        ) }} as top_tenth_share
        {%- for name, share in {'lower_quartile': 0.25, 'median': 0.5, 'upper_quartile': 0.75}.items() %},
        {{ zencoder.quantile(share, 'messages', 'position', 'active_users') }} as {{ name }}_messages
        {%- endfor %}
    from ranked
    group by 1, 2
)

select
    figures.organization,
    figures.week,
    figures.active_users,
    figures.lower_quartile_messages,
    figures.median_messages,
    figures.upper_quartile_messages,
    case when figures.active_users > {{ 10 * (minimum - 1) }} then figures.top_tenth_share end as top_tenth_share
from figures
inner join {{ zencoder.rows_of('zencoder__weekly') }} as weeks
    on figures.organization = weeks.organization and figures.week = weeks.week and weeks.is_complete
where figures.active_users >= {{ minimum }}
