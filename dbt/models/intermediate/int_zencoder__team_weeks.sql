-- Who was in a team in a complete week, was active in it while in the team, and in which segment
-- they were at its end. Who is in two teams has a row for each; who is in none is in "no team".
with weeks as (
    select weeks.organization, weeks.week, {{ zencoder.add_days('weeks.week', 6) }} as last_day
    from {{ zencoder.rows_of('zencoder__weekly') }} as weeks
    inner join (select distinct organization from {{ ref('int_zencoder__members') }}) as given
        on weeks.organization = given.organization
    where weeks.is_complete
),

-- Each day of activity, and the last day of the week for who has a segment then.
dated as (
    select weeks.organization, weeks.week, active.email, active.day, 1 as is_active, 0 as is_at_end
    from weeks
    inner join {{ zencoder.rows_of('int_zencoder__user_days') }} as active
        on weeks.organization = active.organization and weeks.week = active.week
    union all
    select weeks.organization, weeks.week, people.email, weeks.last_day, 0, 1
    from weeks
    inner join {{ zencoder.rows_of('int_zencoder__user_segments') }} as people
        on weeks.organization = people.organization and weeks.week = people.week
),

listed as (
    select weeks.organization, weeks.week, members.team, members.email, 1 as is_member, 0 as is_active, 0 as is_at_end
    from weeks
    inner join {{ zencoder.rows_of('int_zencoder__members') }} as members
        on weeks.organization = members.organization
        and members.valid_from <= weeks.last_day
        and members.valid_to >= weeks.week
    union all
    select
        dated.organization,
        dated.week,
        coalesce(members.team, 'no team'),
        dated.email,
        0,
        dated.is_active,
        dated.is_at_end
    from dated
    left join {{ zencoder.rows_of('int_zencoder__members') }} as members
        on dated.organization = members.organization
        and dated.email = members.email
        and dated.day between members.valid_from and members.valid_to
),

people as (
    select
        organization,
        week,
        team,
        email,
        max(is_member) = 1 as is_member,
        max(is_active) = 1 as is_active,
        max(is_at_end) = 1 as is_at_end
    from listed
    group by 1, 2, 3, 4
),

sizes as (
    select organization, week, team, count(*) as people
    from people
    group by 1, 2, 3
),

small as (
    select people.organization, people.week, count(distinct people.email) as people
    from people
    inner join sizes
        on people.organization = sizes.organization and people.week = sizes.week and people.team = sizes.team
    where {{ zencoder.is_small('sizes.people') }}
    group by 1, 2
),

-- If those of small teams are few together, the smallest of the others is put to them.
ranked as (
    select
        sizes.organization,
        sizes.week,
        sizes.team,
        {{ zencoder.is_small('sizes.people') }} as is_small,
        {{ zencoder.is_small('coalesce(small.people, 0)') }} as are_few,
        row_number() over (
            partition by sizes.organization, sizes.week
            order by case when {{ zencoder.is_small('sizes.people') }} then 1 else 0 end, sizes.people, sizes.team
        ) as place
    from sizes
    left join small
        on sizes.organization = small.organization and sizes.week = small.week
)

select
    people.organization,
    people.week,
    people.team,
    case when ranked.is_small or (ranked.are_few and ranked.place = 1) then 'other teams' else people.team end as shown_team,
    people.email,
    people.is_member,
    people.is_active,
    segments.segment
from people
inner join ranked
    on people.organization = ranked.organization and people.week = ranked.week and people.team = ranked.team
left join {{ zencoder.rows_of('int_zencoder__user_segments') }} as segments
    on people.organization = segments.organization
    and people.week = segments.week
    and people.email = segments.email
    and people.is_at_end
