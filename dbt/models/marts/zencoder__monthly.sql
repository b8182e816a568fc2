{{ zencoder.period_figures('month') }}
