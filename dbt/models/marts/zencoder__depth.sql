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
        max(active_users) as active_users
        {%- for name, share in {'lower_quartile': 0.25, 'median': 0.5, 'upper_quartile': 0.75}.items() %},
        -- Between the two nearest, as much as it is nearer to one.
        max(case when position = 1 + floor({{ share }} * (active_users - 1)) then messages end)
        + max({{ share }} * (active_users - 1) - floor({{ share }} * (active_users - 1)))
        * (
            max(case when position = 1 + ceil({{ share }} * (active_users - 1)) then messages end)
            - max(case when position = 1 + floor({{ share }} * (active_users - 1)) then messages end)
        ) as {{ name }}_messages
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
    figures.upper_quartile_messages
from figures
inner join (select * from {{ ref('zencoder__weekly') }}) as weeks
    on figures.organization = weeks.organization and figures.week = weeks.week and weeks.is_complete
where figures.active_users >= {{ zencoder.number('zencoder_minimum_group', 1, 1000) }}
