{# Says in a sentence why the tables cannot be modelled, before any model is built. #}
{% macro check_source() -%}
    {%- set ours = [] -%}
    {%- for resource in selected_resources if resource.split('.')[1] == 'zencoder' -%}
        {%- do ours.append(resource) -%}
    {%- endfor -%}
    {%- if execute and ours -%}
        {%- do zencoder.week_start() -%}
        {%- do zencoder.check_tables() -%}
        {%- do zencoder.check_columns() -%}
        {%- do zencoder.check_rows() -%}
        {%- do zencoder.check_seats() -%}
    {%- endif -%}
{%- endmacro %}

{# The tables with the columns that the models take. #}
{% macro source_columns() -%}
    {{ return({
        'daily': ['day', 'active_users', 'messages'],
        'daily_ides': ['day', 'ide_name', 'engaged_users'],
        'daily_languages': ['day', 'language_name', 'engaged_users'],
        'users': ['day', 'email', 'messages', 'last_active', 'ides', 'languages'],
        'period_summaries': [
            'day', 'period', 'start', 'end', 'days', 'total_active_users', 'total_messages'
        ],
    }) }}
{%- endmacro %}

{% macro check_tables() -%}
    {%- set missing = [] -%}
    {%- for table in zencoder.source_columns() if not load_relation(source('zencoder', table)) -%}
        {%- do missing.append(source('zencoder', table).identifier) -%}
    {%- endfor -%}
    {%- if missing -%}
        {%- set users = source('zencoder', 'users') -%}
        {{ exceptions.raise_compiler_error(
            'There is no table ' ~ missing | join(', ') ~ ' in ' ~ users.database ~ '.' ~ users.schema
            ~ '. Sync first (meltano run tap-zencoder target-...), or set the variables '
            ~ 'zencoder_database and zencoder_schema to where the tables are.'
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro check_columns() -%}
    {%- set of_organizations = [] -%}
    {%- for table, columns in zencoder.source_columns().items() -%}
        {%- set there = zencoder.column_names(source('zencoder', table)) -%}
        {%- do of_organizations.append('organization' in there) -%}
        {%- if '_sdc_extracted_at' not in there -%}
            {{ exceptions.raise_compiler_error(
                'The table ' ~ table ~ ' has no column _sdc_extracted_at, which tells rows that are '
                ~ 'no longer listed. Turn on the metadata columns of the loader '
                ~ '(add_metadata_columns or add_record_metadata), and sync again.'
            ) }}
        {%- endif -%}
        {%- set missing = columns | reject('in', there) | list -%}
        {%- if missing -%}
            {{ exceptions.raise_compiler_error(
                'The table ' ~ table ~ ' has no column ' ~ missing | join(', ') ~ '. Another version of '
                ~ 'tap-zencoder loaded it, or a stream map left it out: sync again with this one.'
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- if of_organizations | unique | list | length > 1 -%}
        {{ exceptions.raise_compiler_error(
            'Some of the tables have a column organization and some have none. Give all streams the '
            ~ 'same stream map, and sync again.'
        ) }}
    {%- endif -%}
{%- endmacro %}

{# A sync leaves rows in `daily` even if nobody was active; one of an earlier version left
   them in `period_summaries` only. #}
{% macro check_rows() -%}
    {%- set found = [] -%}
    {%- for table, condition in [
        ('daily', 'true'), ('users', 'true'), ('period_summaries', 'true'), ('daily', 'active_users > 0'),
    ] -%}
        {%- do found.append(
            '(select count(*) from (select 1 as one from ' ~ source('zencoder', table)
            ~ ' where ' ~ condition ~ ' limit 1) as rows_of)'
        ) -%}
    {%- endfor -%}
    {%- set daily, users, summaries, active = run_query('select ' ~ found | join(', ')).rows[0] -%}
    {%- if not (daily or users or summaries) -%}
        {{ exceptions.raise_compiler_error(
            'The tables daily, users and period_summaries are empty. Sync first (meltano run '
            ~ 'tap-zencoder target-...).'
        ) }}
    {%- elif active and not users -%}
        {{ exceptions.raise_compiler_error(
            'The table users is empty, but daily has active users. The models count the rows of users: '
            ~ 'select that stream, and sync again from the start (meltano run --full-refresh ...).'
        ) }}
    {%- endif -%}
{%- endmacro %}

{% macro check_seats() -%}
    {%- if var('zencoder_seats_table') -%}
        {%- set seats = source('zencoder_seats', 'seats') -%}
        {%- if not load_relation(seats) -%}
            {{ exceptions.raise_compiler_error(
                'There is no table ' ~ seats.database ~ '.' ~ seats.schema ~ '.' ~ seats.identifier
                ~ ', which zencoder_seats_table names.'
            ) }}
        {%- endif -%}
        {%- set wanted = ['email'] -%}
        {%- if 'organization' in zencoder.column_names(source('zencoder', 'users')) -%}
            {%- do wanted.append('organization') -%}
        {%- endif -%}
        {%- set missing = wanted | reject('in', zencoder.column_names(seats)) | list -%}
        {%- if missing -%}
            {{ exceptions.raise_compiler_error(
                'The table ' ~ seats.identifier ~ ', which zencoder_seats_table names, has no column '
                ~ missing | join(', ') ~ '.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
