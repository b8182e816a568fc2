{# Says in a sentence why a table cannot be modelled. A hook of the models that read it, so
   that whatever else is in the project goes on. #}
{% macro check_table(stream) -%}
    {%- if execute and var('zencoder_check_source') and not flags.EMPTY -%}
        {%- do zencoder.check_names() -%}
        {%- set relation = zencoder.loaded(stream) -%}
        {%- if relation -%}
            {%- do zencoder.check_columns(relation, zencoder.source_columns()[stream]) -%}
        {%- elif stream == 'users' -%}
            {%- set users = source('zencoder', 'users') -%}
            {{ exceptions.raise_compiler_error(
                'There is no table ' ~ users.identifier ~ ' in ' ~ users.database ~ '.' ~ users.schema
                ~ '. Sync first (meltano run tap-zencoder target-...), or set the variables '
                ~ 'zencoder_database and zencoder_schema to where the tables are.'
            ) }}
        {%- endif -%}
        {%- if stream == 'users' -%}
            {%- do zencoder.check_rows(relation) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# DuckDB 2.0 refuses views of a schema that is called like the file, even by their full names. #}
{% macro check_names() -%}
    {%- for relation in [this, source('zencoder', 'users')]
        if target.type == 'duckdb' and relation.database | lower == relation.schema | lower
        and run_query('select version()').columns[0][0][:2] not in ['v0', 'v1'] -%}
        {{ exceptions.raise_compiler_error(
            'The DuckDB file ' ~ relation.database ~ '.duckdb is called like the schema ' ~ relation.schema
            ~ ' in it, and DuckDB cannot tell them apart. Give one of them another name.'
        ) }}
    {%- endfor -%}
{%- endmacro %}

{# The columns that the models take. #}
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

{% macro check_columns(relation, wanted) -%}
    {%- set there = zencoder.columns_of(relation) -%}
    {%- if '_sdc_extracted_at' not in there -%}
        {{ exceptions.raise_compiler_error(
            'The table ' ~ relation.identifier ~ ' has no column _sdc_extracted_at, which tells rows that '
            ~ 'are no longer listed. Turn on the metadata columns of the loader '
            ~ '(add_metadata_columns or add_record_metadata), and sync again.'
        ) }}
    {%- endif -%}
    {%- set missing = wanted | reject('in', there) | list -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            'The table ' ~ relation.identifier ~ ' has no column ' ~ missing | join(', ') ~ '. Another '
            ~ 'version of tap-zencoder loaded it, or a stream map left it out: sync again with this one.'
        ) }}
    {%- endif -%}
    {%- if ('organization' in there) != ('organization' in zencoder.columns_of(source('zencoder', 'users'))) -%}
        {{ exceptions.raise_compiler_error(
            'Some of the tables have a column organization and some have none. Give all streams the '
            ~ 'same stream map, and sync again.'
        ) }}
    {%- endif -%}
{%- endmacro %}

{# A sync leaves rows in `daily` even if nobody was active. #}
{% macro check_rows(users) -%}
    {%- for relation in [users, zencoder.loaded('daily')] if relation -%}
        {%- if run_query('select 1 as one from ' ~ relation ~ ' limit 1').rows | length -%}
            {{ return('') }}
        {%- endif -%}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(
        'The tables daily and users are empty. Sync first (meltano run tap-zencoder target-...).'
    ) }}
{%- endmacro %}
