{# What the page is made from (`report/`): one line of JSON for each table. Only figures of
   groups leave the warehouse, no addresses. #}
{% macro report_rows() -%}
    {%- do zencoder.check_models() -%}
    {%- do print(tojson({
        'minimum_group': var('zencoder_minimum_group'),
        'power_days': var('zencoder_power_days'),
        'regular_days': var('zencoder_regular_days'),
        'has_seats': var('zencoder_seats_table') is not none,
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
    {%- for name in ['daily', 'weekly', 'cohorts', 'ides', 'languages', 'users', 'seats', 'checks']
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
        ~ ' monthly_active_users, ' ~ flag('is_complete') ~ ', ' ~ flag('is_full_week') ~ ', '
        ~ flag('is_full_month') ~ ' from ' ~ ref('zencoder__daily') ~ ' order by 1, 2'
    }) -%}
    {%- do queries.update({'weekly':
        'select organization, ' ~ zencoder.text('week') ~ ' as week, active_users, new_users,'
        ~ ' retained_users, returned_users, churned_users, messages_per_user, '
        ~ flag('is_complete') ~ ', ' ~ flag('is_comparable')
        ~ ' from ' ~ ref('zencoder__weekly') ~ ' order by 1, 2'
    }) -%}
    {%- do queries.update({'cohorts':
        'select organization, ' ~ zencoder.text('cohort_week') ~ ' as cohort_week, weeks_since, users,'
        ~ ' active_users, ' ~ flag('is_comparable')
        ~ ' from ' ~ ref('zencoder__cohorts') ~ ' order by 1, 2, 3'
    }) -%}
    {%- for kind in ['ide', 'language'] -%}
        {%- do queries.update({kind ~ 's':
            'select organization, ' ~ zencoder.text('week') ~ ' as week, ' ~ kind ~ '_name as name, users,'
            ~ ' user_days from ' ~ ref('zencoder__' ~ kind ~ 's') ~ ' where is_complete order by 1, 2, 3'
        }) -%}
    {%- endfor -%}
    {%- do queries.update({'habits':
        'select organization, segment, active_days, count(*) as users from ' ~ ref('zencoder__users')
        ~ ' group by 1, 2, 3 order by 1, 2, 3'
    }) -%}
    {%- do queries.update({'seats':
        'select organization, count(*) as seats, ' ~ zencoder.count_if('is_used') ~ ' as ever_used, '
        ~ zencoder.count_if('days_since_active < 28') ~ ' as used_in_28_days, '
        ~ zencoder.count_if('days_since_active < 7') ~ ' as used_in_7_days from '
        ~ ref('zencoder__seats') ~ ' group by 1 order by 1'
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
