{#- See macros/periods.sql. -#}
{{ zencoder.user_periods('month') }}
