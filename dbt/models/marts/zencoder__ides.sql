{{ zencoder.weekly_breakdown('ide') }}
