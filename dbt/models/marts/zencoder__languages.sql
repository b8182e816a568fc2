{{ zencoder.weekly_breakdown('language') }}
