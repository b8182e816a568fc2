{%- set firsts = zencoder.habit_spans() -%}
-- On how many of the last 28 days people were active, without groups of few.
with counted as (
    select
        organization,
        as_of
        {%- for first in firsts %},
        {{ zencoder.count_if(
            'active_days between ' ~ first ~ ' and ' ~ (firsts[loop.index] - 1 if not loop.last else 28)
        ) }} as part_{{ loop.index }},
        cast(null as {{ dbt.type_bigint() }}) as rest_{{ loop.index }}
        {%- endfor %}
    from {{ ref('int_zencoder__users') }}
    where active_days > 0
    group by 1, 2
),

{{ zencoder.merged_parts('counted', ['organization', 'as_of'], firsts | length) }}

select
    organization,
    as_of,
    case first_part {% for first in firsts %}when {{ loop.index }} then {{ first }} {% endfor %}end as first_active_days,
    case last_part {% for first in firsts %}when {{ loop.index }} then {{ firsts[loop.index] - 1 if not loop.last else 28 }} {% endfor %}end as last_active_days,
    users,
    {{ zencoder.ratio('users', 'sum(users) over (partition by organization)') }} as share
from merged
