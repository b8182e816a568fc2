{#- See macros/periods.sql. -#}
{{ zencoder.weekly_breakdown('language') }}
