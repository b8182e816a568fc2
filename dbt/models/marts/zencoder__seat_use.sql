{%- set spans = [[7, 27], [0, 6]] -%}
{#- In an order in which few are put to what says the same about a renewal. -#}
{%- set statuses = ['active in 28 days', 'active in 7 days', 'too new to judge', 'never used', 'not for 28 days'] -%}
{%- set minimum = zencoder.number('zencoder_minimum_group', 1, 1000) -%}
-- How long ago licensed addresses were used, without groups of few: neither of the licensed nor,
-- as the total of the active is known, of the others.
with last_weeks as (
    select organization, max(week) as week
    from {{ ref('zencoder__weekly') }}
    where is_complete
    group by 1
),

week_users as (
    select people.organization, people.email
    from {{ zencoder.rows_of('int_zencoder__user_weeks') }} as people
    inner join last_weeks
        on people.organization = last_weeks.organization and people.week = last_weeks.week
),

people as (
    select
        users.organization,
        max(users.as_of) as as_of
        {%- for first, last in spans %},
        {{ zencoder.count_if(zencoder.within_days(first, last)) }} as users_{{ loop.index }}
        {%- endfor %},
        count(*) as users,
        count(week_users.email) as users_in_week
    from {{ zencoder.rows_of('int_zencoder__users') }} as users
    left join week_users
        on users.organization = week_users.organization and users.email = week_users.email
    where users.active_days is not null
    group by 1
),

seats as (
    select
        seats.organization
        {%- for status in statuses %},
        {{ zencoder.count_if("status = '" ~ status ~ "'") }} as part_{{ loop.index }}
        {%- endfor %},
        {{ zencoder.count_if('not is_used') }} as never_used,
        count(week_users.email) as part_in_week,
        count(*) as seats
    from {{ zencoder.rows_of('int_zencoder__seats') }} as seats
    left join week_users
        on seats.organization = week_users.organization and seats.email = week_users.email
    group by 1
),

counted as (
    select
        seats.*,
        people.as_of
        {%- for first, last in spans %},
        people.users_{{ loop.index }} - seats.part_{{ loop.index }} as rest_{{ loop.index }}
        {%- endfor %},
        -- Nobody knows how many have neither a seat nor used it.
        {%- for part in range(3, 6) %}
        cast(null as {{ dbt.type_bigint() }}) as rest_{{ part }},
        {%- endfor %}
        people.users - seats.seats + seats.never_used as rest_ever,
        people.users_in_week - seats.part_in_week as rest_in_week
    from seats
    inner join people on seats.organization = people.organization
),

-- Where everybody active has a seat, seats less people are those that were not used; where
-- every seat was used, people less seats are those without one.
known as (
    select
        *,
        {%- for used, others in [
            ('part_2', 'rest_2'), ('(part_1 + part_2)', '(rest_1 + rest_2)'),
            ('(seats - never_used)', 'rest_ever'), ('part_in_week', 'rest_in_week'),
        ] %}
        ({{ others }} = 0 and {{ zencoder.is_small('seats - ' ~ used) }})
        or (seats = {{ used }} and {{ zencoder.is_small(others) }})
        {{- ' or' if not loop.last }}
        {%- endfor %} as tells_few
    from counted
),

told as (
    select * from known where not tells_few
),

{{ zencoder.merged_parts('told', ['organization', 'as_of'], statuses | length) }},

figures as (
    select organization, as_of, first_part, last_part, users as seats, others as users_without_seat, false as is_at_least
    from merged
    union all
    select organization, as_of, 1, {{ statuses | length }}, seats - mod(seats, {{ minimum }}), null, true
    from known
    where tells_few and seats >= {{ minimum }}
)

select
    organization,
    as_of,
    {%- for end in ['first', 'last'] %}
    case {{ end }}_part {% for status in statuses %}when {{ loop.index }} then '{{ status }}' {% endfor %}end as {{ end }}_status,
    {%- endfor %}
    seats,
    case when not is_at_least then {{ zencoder.ratio('seats', 'sum(seats) over (partition by organization)') }} end as share,
    case when last_part <= 2 then users_without_seat end as users_without_seat,
    is_at_least
from figures
