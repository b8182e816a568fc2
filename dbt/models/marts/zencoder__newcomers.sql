-- Who was new in a month, and what became of them. Weeks are counted from the one they began in.
{%- set minimum = zencoder.number('zencoder_minimum_group', 1, 1000) %}
with numbered as (
    select
        organization,
        email,
        day,
        row_number() over (partition by organization, email order by day) as number_of_day
    from {{ ref('int_zencoder__user_days') }}
),

people as (
    select
        organization,
        email,
        min(day) as first_day,
        max(case when number_of_day = 4 then day end) as fourth_day
    from numbered
    group by 1, 2
),

began as (
    select
        people.organization,
        months.month,
        people.email,
        {{ zencoder.period_start('week', 'people.first_day') }} as first_week,
        cast({{ dbt.datediff('people.first_day', 'people.fourth_day', 'day') }} as {{ zencoder.type_double() }}) as days_to_fourth
    from people
    inner join {{ zencoder.rows_of('zencoder__monthly') }} as months
        on people.organization = months.organization
        and {{ zencoder.period_start('month', 'people.first_day') }} = months.month
        and months.is_comparable
),

followed as (
    select
        began.*,
        row_number() over (
            partition by began.organization, began.month
            order by case when began.days_to_fourth is null then 1 else 0 end, began.days_to_fourth
        ) as place,
        count(began.days_to_fourth) over (partition by began.organization, began.month) as reached
        {%- for weeks in [4, 12] %},
        week_{{ weeks }}.is_complete as knows_{{ weeks }},
        active_{{ weeks }}.email is not null as active_{{ weeks }}
        {%- endfor %}
    from began
    {%- for weeks in [4, 12] %}
    left join {{ zencoder.rows_of('zencoder__weekly') }} as week_{{ weeks }}
        on began.organization = week_{{ weeks }}.organization
        and {{ zencoder.add_periods('week', 'began.first_week', weeks) }} = week_{{ weeks }}.week
    left join {{ zencoder.rows_of('int_zencoder__user_weeks') }} as active_{{ weeks }}
        on began.organization = active_{{ weeks }}.organization
        and began.email = active_{{ weeks }}.email
        and week_{{ weeks }}.week = active_{{ weeks }}.week
    {%- endfor %}
)

select
    organization,
    month,
    count(*) as users,
    max(reached) as users_with_four_days,
    case
        when max(reached) >= {{ minimum }} then {{ zencoder.quantile(0.5, 'days_to_fourth', 'place', 'reached') }}
    end as median_days_to_fourth_day
    {%- for weeks in [4, 12] %},
    case when {{ zencoder.count_if('knows_' ~ weeks) }} = count(*) then {{ zencoder.count_if('active_' ~ weeks) }} end
        as active_in_week_{{ weeks }}
    {%- endfor %}
from followed
group by 1, 2
