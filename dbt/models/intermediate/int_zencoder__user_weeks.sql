{{ zencoder.user_periods('week') }}
