{# Variables that cannot be right are refused in a sentence before anything runs. #}
{% macro check_variables() -%}
    {%- set power = zencoder.number('zencoder_power_days', 1, 28) -%}
    {%- set regular = zencoder.number('zencoder_regular_days', 1, 28) -%}
    {%- if power <= regular -%}
        {{ exceptions.raise_compiler_error(
            'zencoder_power_days is ' ~ power ~ ', but must be more than zencoder_regular_days, which is '
            ~ regular ~ '.'
        ) }}
    {%- endif -%}
    {%- do zencoder.number('zencoder_minimum_group', 1, 1000) -%}
    {%- do zencoder.number('zencoder_warn_after_hours', 1, 10000) -%}
    {%- do zencoder.number('zencoder_error_after_hours', 1, 10000) -%}
    {%- do zencoder.given_number('zencoder_seats_bought') -%}
    {%- do zencoder.given_number('zencoder_seat_price') -%}
    {%- do zencoder.week_start() -%}
    {%- do zencoder.weekend() -%}
{%- endmacro %}

{# A whole number, which may be given as text. #}
{% macro number(name, least, most) -%}
    {%- set value = var(name) -%}
    {%- set digits = value | string | trim -%}
    {%- if value is boolean or not modules.re.fullmatch('[0-9]{1,9}', digits) or not least <= digits | int <= most -%}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ value ~ "', but must be a whole number from " ~ least ~ ' to ' ~ most ~ '.'
        ) }}
    {%- endif -%}
    {{ return(digits | int) }}
{%- endmacro %}

{% macro weekdays() -%}
    {{ return(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']) }}
{%- endmacro %}

{# How many days after Monday a week begins. #}
{% macro week_start() -%}
    {{ return(zencoder.weekday('zencoder_week_start', var('zencoder_week_start'))) }}
{%- endmacro %}

{# The days on which people do not work, as days after Monday. #}
{% macro weekend() -%}
    {%- set given = var('zencoder_weekend') -%}
    {%- set names = given.split(',') if given is string else given or [] -%}
    {%- set days = [] -%}
    {%- for name in names -%}
        {%- do days.append(zencoder.weekday('zencoder_weekend', name)) -%}
    {%- endfor -%}
    {{ return(days) }}
{%- endmacro %}

{% macro weekday(variable, name) -%}
    {%- set plain = name | string | trim | lower -%}
    {%- if plain not in zencoder.weekdays() -%}
        {{ exceptions.raise_compiler_error(
            variable ~ " is '" ~ name ~ "', but must be one of " ~ zencoder.weekdays() | join(', ') ~ '.'
        ) }}
    {%- endif -%}
    {{ return(zencoder.weekdays().index(plain)) }}
{%- endmacro %}
