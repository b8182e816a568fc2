-- How often people come, in the 28 days until the end of each week: what is few is shown together
-- with the next kind.
{%- set kinds = ['occasional', 'regular', 'power'] %}
with counted as (
    select
        organization,
        week
        {%- for kind in kinds %},
        {{ zencoder.count_if("segment = '" ~ kind ~ "'") }} as part_{{ loop.index }},
        cast(null as {{ dbt.type_bigint() }}) as rest_{{ loop.index }}
        {%- endfor %}
    from {{ ref('int_zencoder__user_segments') }}
    group by 1, 2
),

new as (
    select organization, first_week as week, count(distinct email) as users
    from {{ ref('int_zencoder__user_weeks') }}
    group by 1, 2
),

known as (
    select
        weeks.organization,
        weeks.week,
        sum(coalesce(new.users, 0)) over (partition by weeks.organization order by weeks.week) as ever_active
    from {{ zencoder.rows_of('zencoder__weekly') }} as weeks
    left join new
        on weeks.organization = new.organization and weeks.week = new.week
),

{{ zencoder.merged_parts('counted', ['organization', 'week'], 3) }},

shown as (
    select
        organization,
        week
        {%- for kind in kinds %},
        max(case when first_part = {{ loop.index }} then users end) as shown_{{ kind }}_users
        {%- endfor %}
    from merged
    group by 1, 2
)

select
    counted.organization,
    counted.week,
    counted.part_3 as power_users,
    counted.part_2 as regular_users,
    counted.part_1 as occasional_users,
    cast(known.ever_active - counted.part_1 - counted.part_2 - counted.part_3 as {{ dbt.type_bigint() }}) as dormant_users,
    shown.shown_power_users,
    shown.shown_regular_users,
    shown.shown_occasional_users
from counted
inner join known
    on counted.organization = known.organization and counted.week = known.week
left join shown
    on counted.organization = shown.organization and counted.week = shown.week
