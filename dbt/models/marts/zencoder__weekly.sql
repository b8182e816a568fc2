{{ zencoder.period_figures('week') }}
