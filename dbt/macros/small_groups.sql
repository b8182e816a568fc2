{# What people did is shown for groups of at least `zencoder_minimum_group`, and so that no smaller
   group can be computed: neither by taking a part from a whole, nor all parts from one. #}

{# Whether a group has people, but too few to say something about them. #}
{% macro is_small(people) -%}
    {{ people }} between 1 and {{ zencoder.number('zencoder_minimum_group', 1, 1000) - 1 }}
{%- endmacro %}

{# Parts of a whole that may overlap, such as the people of each IDE: a CTE `shown`, which adds
   `shown_users` and `is_at_least` to `relation`. Shown are the largest parts, as many as have a sum
   that does not differ from the whole by few people, who would be those of no part, or of two. A
   part that leaves few of those it is `among`, by default the whole, has only a lower bound. #}
{% macro shown_parts(relation, part, whole, group, name, among=none) -%}
{%- set among = among or whole -%}
{%- set minimum = zencoder.number('zencoder_minimum_group', 1, 1000) -%}
{%- set largest_first = 'over (partition by ' ~ group | join(', ') ~ ' order by ' ~ part ~ ' desc, ' ~ name -%}
summed as (
    select
        *,
        row_number() {{ largest_first }}) as place,
        abs({{ whole }} - sum({{ part }}) {{ largest_first }} rows unbounded preceding)) as difference
    from {{ relation }}
),

placed as (
    select
        *,
        max(case when {{ part }} >= {{ minimum }} and not ({{ zencoder.is_small('difference') }}) then place end)
            over (partition by {{ group | join(', ') }}) as last_place
    from summed
),

bounded as (
    select
        *,
        case when place <= last_place then {{ among }} - {{ part }} < {{ minimum }} end as is_at_least
    from placed
),

shown as (
    select
        *,
        case
            when is_at_least then {{ zencoder.larger(among ~ ' - ' ~ minimum, minimum) }}
            when not is_at_least then {{ part }}
        end as shown_users
    from bounded
)
{%- endmacro %}

{% macro larger(one, other) -%}
    case when {{ one }} > {{ other }} then {{ one }} else {{ other }} end
{%- endmacro %}

{# Parts of a whole that do not overlap and have an order, such as spans of days: CTEs that end
   with `merged`, which has `key`, `first_part`, `last_part`, `users` and `others`.

   `relation` has `part_1` to `part_<number>`, and `rest_1` and so on: how many others there are
   of the same kind whose total is known, or null. Neighbours are merged until neither they nor
   those others are few: from the first on, and what is left at the end with what is before. #}
{% macro merged_parts(relation, key, number) -%}
sums_0 as (
    select
        *,
        cast(0 as {{ dbt.type_bigint() }}) as part_open_0,
        cast(0 as {{ dbt.type_bigint() }}) as rest_open_0,
        true as closed_0
    from {{ relation }}
),
{% for n in range(1, number + 1) %}
{%- set before = n - 1 %}
sums_{{ n }} as (
    select *, not ({{ zencoder.is_small('part_open_' ~ n) }} or coalesce({{ zencoder.is_small('rest_open_' ~ n) }}, false)) as closed_{{ n }}
    from (
        select
            *,
            part_{{ n }} + case when closed_{{ before }} then 0 else part_open_{{ before }} end as part_open_{{ n }},
            rest_{{ n }} + case when closed_{{ before }} then 0 else rest_open_{{ before }} end as rest_open_{{ n }}
        from sums_{{ before }}
    ) as opened_{{ n }}
),
{% endfor %}
{#- A part begins a group if the one before is closed, and if that part or a later one begins a
    group up to the last part which is not small. #}
begun as (
    select
        *,
        true as begins_1
        {%- for n in range(2, number + 1) %},
        closed_{{ n - 1 }} and (
            {%- for later in range(n, number + 1) %}
            {%- set people = [] -%}
            {%- set others = [] -%}
            {%- for part in range(later, number + 1) -%}
                {%- do people.append('part_' ~ part) -%}
                {%- do others.append('rest_' ~ part) -%}
            {%- endfor %}
            {{ 'or ' if not loop.first }}(
                closed_{{ later - 1 }}
                and not {{ zencoder.is_small('(' ~ people | join(' + ') ~ ')') }}
                and not coalesce({{ zencoder.is_small('(' ~ others | join(' + ') ~ ')') }}, false)
            )
            {%- endfor %}
        ) as begins_{{ n }}
        {%- endfor %}
    from sums_{{ number }}
),

merged as (
    {%- for first in range(1, number + 1) %}
    {%- for last in range(first, number + 1) %}
    {%- set people = [] -%}
    {%- set others = [] -%}
    {%- for part in range(first, last + 1) -%}
        {%- do people.append('part_' ~ part) -%}
        {%- do others.append('rest_' ~ part) -%}
    {%- endfor %}
    select
        {{ key | join(', ') }},
        {{ first }} as first_part,
        {{ last }} as last_part,
        {{ people | join(' + ') }} as users,
        {{ others | join(' + ') }} as others
    from begun
    where begins_{{ first }}
        {%- for part in range(first + 1, last + 1) %} and not begins_{{ part }}{% endfor %}
        {%- if last < number %} and begins_{{ last + 1 }}{% endif %}
        {%- if first == 1 and last == number %} and not {{ zencoder.is_small('(' ~ people | join(' + ') ~ ')') }}{% endif %}
    {{ 'union all' if not (first == number) }}
    {%- endfor %}
    {%- endfor %}
)
{%- endmacro %}
