{# The figures of a team in a week: each person counts once, in whichever rows. #}
{% macro team_figures() -%}
    count(distinct case when is_member then email end) as members,
    count(distinct case when is_active then email end) as active_users,
    {{ zencoder.ratio(
        'count(distinct case when is_active and is_member then email end)',
        'count(distinct case when is_member then email end)'
    ) }} as share
    {%- for segment in ['power', 'regular', 'occasional'] %},
    count(distinct case when segment = '{{ segment }}' then email end) as {{ segment }}_users
    {%- endfor %}
{%- endmacro %}
