{# The lengths in days of the windows that move from day to day. #}
{% macro moving_windows() -%}
    {%- set lengths = [7, 28] -%}
    {%- for days in zencoder.summary_periods() -%}
        {%- do lengths.extend([days - 1, days + 1]) -%}
    {%- endfor -%}
    {{ return(lengths) }}
{%- endmacro %}

{# The periods of the API's own summaries, in days. #}
{% macro summary_periods() -%}
    {{ return([7, 30, 90]) }}
{%- endmacro %}
