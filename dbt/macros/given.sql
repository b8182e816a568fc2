{# Tables of the user's own: `seats` and `people`, each a table of the warehouse (`_table`) or a seed
   or model of the project (`_model`). #}
{% macro given(name) -%}
    {%- if var('zencoder_' ~ name ~ '_model') -%}
        {{ return(ref(var('zencoder_' ~ name ~ '_model'))) }}
    {%- elif var('zencoder_' ~ name ~ '_table') -%}
        {{ return(source('zencoder_' ~ name, name)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# The expression for one of its columns, which may be missing, as text without space around it. #}
{% macro given_text(relation, column) -%}
    {%- set name = zencoder.columns_of(relation).get(column, column if not execute else none) -%}
    {%- if name -%}
        nullif(trim(cast({{ adapter.quote(name) }} as {{ dbt.type_string() }})), '')
    {%- else -%}
        cast(null as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{# Says in a sentence why it cannot be read. #}
{% macro check_given(name, wanted) -%}
    {%- set relation = zencoder.given(name) -%}
    {%- if execute and relation and var('zencoder_check_source') and not flags.EMPTY -%}
        {%- set wanted = wanted + (
            ['organization'] if 'organization' in zencoder.columns_of(source('zencoder', 'users')) else []
        ) -%}
        {%- set missing = wanted | reject('in', zencoder.columns_of(relation)) | list -%}
        {%- if not load_relation(relation) -%}
            {{ exceptions.raise_compiler_error(
                'There is no table ' ~ relation.database ~ '.' ~ relation.schema ~ '.' ~ relation.identifier
                ~ ', which zencoder_' ~ name ~ '_table names.'
            ) }}
        {%- elif missing -%}
            {{ exceptions.raise_compiler_error(
                'The table ' ~ relation.identifier ~ ', which holds the ' ~ name ~ ', has no column '
                ~ missing | join(', ') ~ '.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# An address as it is compared, and whether it was written otherwise. #}
{% macro given_email(relation) -%}
    lower({{ zencoder.given_text(relation, 'email') }})
{%- endmacro %}

{% macro is_respelled(relation) -%}
    max(case when {{ zencoder.given_text(relation, 'email') }} <> {{ zencoder.given_email(relation) }} then 1 else 0 end) = 1
{%- endmacro %}

{# A number that a variable gives for every organisation, or for each by its name; null if none. #}
{% macro given_number(name, organization='organization') -%}
    {%- set given = var(name) -%}
    {%- set numbers = given if given is mapping else {none: given} -%}
    {%- for number in numbers.values() if number is not none -%}
        {%- if number is boolean or not modules.re.fullmatch('[0-9]{1,9}([.][0-9]{1,4})?', number | string | trim) -%}
            {{ exceptions.raise_compiler_error(
                name ~ " is '" ~ number ~ "', but must be a number, or one for each organisation."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- if given is mapping -%}
        case {{ organization }}
        {%- for known, number in given.items() %}
            when '{{ dbt.escape_single_quotes(known) }}' then {{ number }}
        {%- endfor %}
        end
    {%- else -%}
        {{ 'null' if given is none else given }}
    {%- endif -%}
{%- endmacro %}
