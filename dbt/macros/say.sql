{# What is odd in a table of the user's own, each in a sentence: nothing of it is lost. #}
{% macro say_about_seats(relation) -%}
    {%- do zencoder.say('seats', relation, {
        'given twice or more (each counts once)': 'rows_given > 1',
        'in capitals (read in small letters)': 'is_respelled',
        'that were never active': 'not is_used',
    }) -%}
{%- endmacro %}

{% macro say_about_people(relation) -%}
    {%- do zencoder.say('people', relation, {
        'given twice or more for a team and a time (each counts once)': 'rows_given > 1',
        'in capitals (read in small letters)': 'is_respelled',
        'in two teams on one day (they count in both)':
            'exists (select 1 from ' ~ relation ~ ' as other where other.organization = given.organization'
            ~ ' and other.email = given.email and other.team <> given.team'
            ~ ' and other.valid_from <= given.valid_to and other.valid_to >= given.valid_from)',
        'whose last day in a team is before the first (they are not in it)': 'valid_from > valid_to',
        'that were never active': 'not exists (select 1 from ' ~ ref('stg_zencoder__users') ~ ' as users where'
            ~ ' users.organization = given.organization and users.email = given.email)',
    }) -%}
{%- endmacro %}

{% macro say(name, relation, conditions) -%}
    {%- if execute and zencoder.given(name) and not flags.EMPTY -%}
        {%- for told, condition in conditions.items() -%}
            {%- set query = 'select count(distinct email) from ' ~ relation ~ ' as given where ' ~ condition -%}
            {%- set number = run_query(query).columns[0][0] | int -%}
            {%- if number -%}
                {%- do log('In the table of ' ~ name ~ ', addresses ' ~ told ~ ': ' ~ number ~ '.', info=True) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
