{#- See macros/periods.sql. -#}
{{ zencoder.period_figures('week') }}
