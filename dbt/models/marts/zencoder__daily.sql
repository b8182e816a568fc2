select
    organization,
    day,
    active_users,
    users_in_7_days as weekly_active_users,
    users_in_28_days as monthly_active_users,
    messages,
    new_users,
    {{ zencoder.ratio('active_users', 'users_in_28_days') }} as stickiness,
    is_complete,
    day >= {{ zencoder.add_days('first_day', 6) }} as is_full_week,
    day >= {{ zencoder.add_days('first_day', 27) }} as is_full_month
from {{ ref('int_zencoder__days') }}
