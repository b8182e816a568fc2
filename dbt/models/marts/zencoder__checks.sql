-- Day by day: the parts of an answer beside the rows of `users`, name by name, where both are
-- complete. Without a row of a breakdown for a day, it was not loaded.
with complete_days as (
    select organization, day, active_users, messages
    from {{ ref('int_zencoder__days') }}
    where is_complete
),

named as (
    select organization, day, 'active_users' as check_name, '' as name,
        active_users as stated, 0 as counted
    from {{ ref('stg_zencoder__daily') }}
    union all
    select organization, day, 'messages', '', messages, 0
    from {{ ref('stg_zencoder__daily') }}
    union all
    select organization, day, 'active_users', '', 0, active_users
    from complete_days
    union all
    select organization, day, 'messages', '', 0, messages
    from complete_days
    {%- for kind in ['ide', 'language'] %}
    union all
    select organization, day, '{{ kind }}s', {{ kind }}_name, engaged_users, 0
    from {{ ref('stg_zencoder__daily_' ~ kind ~ 's') }}
    union all
    select people.organization, people.day, '{{ kind }}s', people.{{ kind }}_name, 0, people.users
    from {{ zencoder.rows_of('int_zencoder__' ~ kind ~ '_days') }} as people
    inner join (
        select distinct organization, day from {{ ref('stg_zencoder__daily_' ~ kind ~ 's') }}
    ) as loaded
        on people.organization = loaded.organization and people.day = loaded.day
    {%- endfor %}
),

compared as (
    select named.organization, named.day, named.check_name, named.name,
        {{ zencoder.total('named.stated') }} as stated,
        {{ zencoder.total('named.counted') }} as counted
    from named
    inner join complete_days
        on named.organization = complete_days.organization and named.day = complete_days.day
    group by 1, 2, 3, 4
),

days as (
    select
        organization,
        day,
        '1d' as period,
        check_name,
        {{ zencoder.total('stated') }} as stated,
        {{ zencoder.total('counted') }} as counted_at_least,
        {{ zencoder.total('counted') }} as counted_at_most,
        min(case when stated = counted then 1 else 0 end) = 1 as agrees
    from compared
    group by 1, 2, 4
),

-- The API counts its periods up to the moment of the sync, and does not say which days they
-- cover: a day less, which is certain, and a day more are the bounds, where they are complete.
summaries as (
    select
        summaries.organization,
        summaries.day,
        summaries.period,
        summaries.total_active_users,
        summaries.total_messages,
        {%- for figure, bound, window in [
            ('users', 'least', 'certain'), ('messages', 'least', 'certain'),
            ('users', 'most', 'possible'), ('messages', 'most', 'possible'),
        ] %}
        case summaries.days
            {%- for days in zencoder.summary_periods() %}
            when {{ days }} then {{ window }}.{{ figure }}_in_{{ days - 1 if bound == 'least' else days + 1 }}_days
            {%- endfor %}
        end as {{ figure }}_at_{{ bound }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ zencoder.rows_of('stg_zencoder__period_summaries') }} as summaries
    left join {{ zencoder.rows_of('int_zencoder__days') }} as certain
        on summaries.organization = certain.organization
        and {{ zencoder.add_days('summaries.day', -1) }} = certain.day
    left join {{ zencoder.rows_of('int_zencoder__days') }} as possible
        on summaries.organization = possible.organization
        and summaries.day = possible.day
),

periods as (
    {%- for figure in ['users', 'messages'] %}
    select
        organization,
        day,
        period,
        '{{ 'active_users' if figure == 'users' else figure }}' as check_name,
        {{ 'total_active_users' if figure == 'users' else 'total_messages' }} as stated,
        {{ figure }}_at_least as counted_at_least,
        {{ figure }}_at_most as counted_at_most
    from summaries
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select organization, day, period, check_name, stated, counted_at_least, counted_at_most, agrees
from days
union all
select organization, day, period, check_name, stated, counted_at_least, counted_at_most,
    stated >= counted_at_least and stated <= coalesce(counted_at_most, stated)
from periods
