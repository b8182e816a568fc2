{# What the models take of the tables of a loader. #}

{% macro column_names(relation) -%}
    {%- set names = [] -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do names.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(names) }}
{%- endmacro %}

{# The expression for the organisation in a table. #}
{% macro organization(relation) -%}
    {%- set constant = "'" ~ dbt.escape_single_quotes(var('zencoder_organization')) ~ "'" -%}
    {%- if 'organization' in zencoder.column_names(relation) -%}
        coalesce(cast(organization as {{ dbt.type_string() }}), {{ constant }})
    {%- else -%}
        cast({{ constant }} as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{# The rows of a table that the last answer for their day listed, with `of_organization`.
   Rows from before the loader noted times are older than any that have one. #}
{% macro listed_rows(relation) -%}
    {%- set organization = zencoder.organization(relation) %}
    select stored.*
    from (
        select *, {{ organization }} as of_organization from {{ relation }}
    ) as stored
    inner join (
        select
            {{ organization }} as of_organization,
            day,
            max(_sdc_extracted_at) as answered_at
        from {{ relation }}
        group by 1, 2
    ) as answers
        on stored.of_organization = answers.of_organization and stored.day = answers.day
    where answers.answered_at is null or stored._sdc_extracted_at = answers.answered_at
{%- endmacro %}
