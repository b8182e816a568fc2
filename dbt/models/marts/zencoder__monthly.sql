{#- See macros/periods.sql. -#}
{{ zencoder.period_figures('month') }}
