{{ zencoder.user_periods('month') }}
