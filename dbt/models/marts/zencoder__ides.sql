{#- See macros/periods.sql. -#}
{{ zencoder.weekly_breakdown('ide') }}
