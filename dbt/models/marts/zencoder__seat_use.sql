{%- set spans = [[0, 6], [7, 27], [28, none]] -%}
-- How long ago licensed addresses were used, without groups of few: neither of the licensed nor,
-- as the total of the active is known, of the others.
with people as (
    select
        organization
        {%- for first, last in spans %},
        {{ zencoder.count_if(zencoder.within_days(first, last)) }} as users_{{ loop.index }}
        {%- endfor %}
    from {{ ref('int_zencoder__users') }}
    where active_days is not null
    group by 1
),

seats as (
    select
        organization
        {%- for first, last in spans %},
        {{ zencoder.count_if(zencoder.within_days(first, last)) }} as part_{{ loop.index }}
        {%- endfor %},
        {{ zencoder.count_if('not is_used') }} as part_4
    from {{ ref('int_zencoder__seats') }}
    group by 1
),

counted as (
    select
        seats.*
        {%- for first, last in spans %},
        people.users_{{ loop.index }} - seats.part_{{ loop.index }} as rest_{{ loop.index }}
        {%- endfor %},
        -- Nobody knows how many have neither a seat nor used it.
        cast(null as {{ dbt.type_bigint() }}) as rest_4
    from seats
    inner join people on seats.organization = people.organization
),

{{ zencoder.merged_parts('counted', ['organization'], 4) }}

select
    organization,
    case first_part when 1 then 0 when 2 then 7 when 3 then 28 end as first_days_since,
    case last_part when 1 then 6 when 2 then 27 end as last_days_since,
    last_part = 4 as has_never_used,
    users as seats,
    {{ zencoder.ratio('users', 'sum(users) over (partition by organization)') }} as share
from merged
