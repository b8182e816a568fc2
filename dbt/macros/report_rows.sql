{# What the page is made from (`report/`): one line of JSON for each table. Only figures of
   groups leave the warehouse, no addresses. #}
{% macro report_rows() -%}
    {%- do zencoder.check_models() -%}
    {%- do print(tojson({
        'minimum_group': zencoder.number('zencoder_minimum_group', 1, 1000),
        'power_days': zencoder.number('zencoder_power_days', 1, 28),
        'regular_days': zencoder.number('zencoder_regular_days', 1, 28),
        'weekend': zencoder.weekend(),
        'has_seats': zencoder.given('seats') is not none,
        'has_people': zencoder.given('people') is not none,
    })) -%}
    {%- for name, query in zencoder.report_queries().items() -%}
        {%- set found = run_query(query) -%}
        {%- set rows = [] -%}
        {%- for row in found.rows -%}
            {%- set cells = [] -%}
            {%- for cell in row.values() -%}
                {%- do cells.append(none if cell is none else cell | string) -%}
            {%- endfor -%}
            {%- do rows.append(cells) -%}
        {%- endfor -%}
        {%- do print(tojson({
            'table': name, 'columns': found.column_names | map('lower') | list, 'rows': rows
        })) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro check_models() -%}
    {%- set missing = [] -%}
    {%- for name in ['daily', 'weekly', 'monthly', 'ides', 'languages', 'depth', 'segments', 'newcomers', 'seat_use',
        'team_use', 'organizations', 'checks']
        if not load_relation(ref('zencoder__' ~ name)) -%}
        {%- do missing.append('zencoder__' ~ name) -%}
    {%- endfor -%}
    {%- if missing -%}
        {%- set daily = ref('zencoder__daily') -%}
        {{ exceptions.raise_compiler_error(
            'There is no table ' ~ missing[0] ~ ' in ' ~ daily.database ~ '.' ~ daily.schema
            ~ '. Build the models first (dbt build, or meltano run dbt-...:build).'
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro report_queries() -%}
    {%- set flag = zencoder.flag -%}
    {%- set queries = {} -%}
    {%- do queries.update({'daily':
        'select organization, ' ~ zencoder.text('day') ~ ' as day, active_users, weekly_active_users,'
        ~ ' monthly_active_users, incomplete_reason, ' ~ flag('is_assumed')
        ~ ' from ' ~ ref('zencoder__daily') ~ ' order by 1, 2'
    }) -%}
    {%- for name, grain in {'weekly': 'week', 'monthly': 'month'}.items() -%}
        {%- do queries.update({name:
            'select organization, ' ~ zencoder.text(grain) ~ ' as ' ~ grain ~ ', active_users, new_users,'
            ~ ' retained_users, returned_users, churned_users from ' ~ ref('zencoder__' ~ name)
            ~ ' where is_complete order by 1, 2'
        }) -%}
    {%- endfor -%}
    {%- for kind in ['ide', 'language'] -%}
        {#- Names of few people stay in the warehouse: only how many there are leaves it. -#}
        {%- do queries.update({kind ~ 's':
            'select organization, ' ~ zencoder.text('week') ~ ' as week, ' ~ kind ~ '_name as name, shown_users'
            ~ ' as users, ' ~ flag('is_at_least') ~ ' from ' ~ ref('zencoder__' ~ kind ~ 's')
            ~ ' where shown_users is not null order by 1, 2, 3'
        }) -%}
        {%- do queries.update({'hidden_' ~ kind ~ 's':
            'select organization, ' ~ zencoder.text('week') ~ ' as week, count(*) as names from '
            ~ ref('zencoder__' ~ kind ~ 's') ~ ' where shown_users is null group by 1, 2 order by 1, 2'
        }) -%}
    {%- endfor -%}
    {%- do queries.update({'depth':
        'select organization, ' ~ zencoder.text('week') ~ ' as week, lower_quartile_messages, median_messages,'
        ~ ' upper_quartile_messages, top_tenth_share from ' ~ ref('zencoder__depth') ~ ' order by 1, 2'
    }) -%}
    {%- do queries.update({'segments':
        'select organization, ' ~ zencoder.text('week') ~ ' as week, shown_power_users, shown_regular_users,'
        ~ ' shown_occasional_users, dormant_users from ' ~ ref('zencoder__segments') ~ ' order by 1, 2'
    }) -%}
    {%- do queries.update({'newcomers':
        'select organization, ' ~ zencoder.text('month') ~ ' as month, users, users_with_four_days,'
        ~ ' median_days_to_fourth_day, active_in_week_4, active_in_week_12 from ' ~ ref('zencoder__newcomers')
        ~ ' order by 1, 2'
    }) -%}
    {%- do queries.update({'teams':
        'select organization, ' ~ zencoder.text('week') ~ ' as week, team, teams, members, active_users, share,'
        ~ ' shown_often_users, ' ~ flag('is_at_least') ~ ', ' ~ flag('has_people_without_team') ~ ' from ' ~ ref('zencoder__team_use') ~ ' order by 1, 2, 3'
    }) -%}
    {%- do queries.update({'seat_use':
        'select organization, first_status, last_status, seats, ' ~ flag('is_at_least')
        ~ ' from ' ~ ref('zencoder__seat_use') ~ ' order by 1, 2'
    }) -%}
    {%- do queries.update({'organizations':
        'select organization, monthly_active_users, peak_monthly_active_users, often_users, seats, '
        ~ 'seats_active_in_28_days, idle_seats, users_without_seat, seats_bought, price_of_idle_seats from '
        ~ ref('zencoder__organizations') ~ ' order by 1'
    }) -%}
    {%- do queries.update({'checks':
        'select organization, period, check_name, count(*) as compared, '
        ~ zencoder.count_if('not agrees') ~ ' as differing, '
        ~ zencoder.text('max(case when not agrees then day end)') ~ ' as last_differing_day from '
        ~ ref('zencoder__checks') ~ ' group by 1, 2, 3 order by 1, 2, 3'
    }) -%}
    {{ return(queries) }}
{%- endmacro %}

{# Dates as YYYY-MM-DD and flags as 1 or 0, alike in every warehouse. #}
{% macro text(date) -%}
    cast({{ date }} as {{ dbt.type_string() }})
{%- endmacro %}

{% macro flag(condition) -%}
    case when {{ condition }} then 1 else 0 end as {{ condition }}
{%- endmacro %}
