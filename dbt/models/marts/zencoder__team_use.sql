-- Teams by complete week without groups of few: small teams are one, "other teams".
with figures as (
    select
        organization,
        week,
        shown_team as team,
        count(distinct case when team <> 'no team' then team end) as teams,
        max(case when team = 'no team' then 1 else 0 end) = 1 as has_people_without_team,
        {{ zencoder.team_figures() }},
        count(distinct email) as people,
        count(distinct case when segment in ('regular', 'power') then email end) as often_users
    from {{ ref('int_zencoder__team_weeks') }}
    group by 1, 2, 3
),

often as (
    select organization, week, {{ zencoder.count_if("segment in ('regular', 'power')") }} as all_often_users
    from {{ ref('int_zencoder__user_segments') }}
    group by 1, 2
),

counted as (
    select figures.*, often.all_often_users
    from figures
    inner join often
        on figures.organization = often.organization and figures.week = often.week
),

{{ zencoder.shown_parts('counted', 'often_users', 'all_often_users', ['organization', 'week'], 'team', 'people') }}

select
    figures.organization,
    figures.week,
    figures.team,
    figures.teams,
    case when not figures.has_people_without_team then figures.members end as members,
    figures.active_users,
    case when not figures.has_people_without_team then figures.share end as share,
    figures.has_people_without_team,
    shown.shown_users as shown_often_users,
    shown.is_at_least
from figures
left join shown
    on figures.organization = shown.organization and figures.week = shown.week and figures.team = shown.team
where not {{ zencoder.is_small('figures.people') }}
