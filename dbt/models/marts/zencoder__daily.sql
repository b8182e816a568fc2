select
    days.organization,
    days.day,
    days.active_users,
    days.users_in_7_days as weekly_active_users,
    days.users_in_28_days as monthly_active_users,
    days.messages,
    days.new_users,
    {{ zencoder.ratio('days.active_users', 'days.users_in_28_days') }} as stickiness,
    days.is_complete,
    synced.incomplete_reason,
    synced.is_assumed
from {{ zencoder.rows_of('int_zencoder__days') }} as days
inner join {{ zencoder.rows_of('int_zencoder__synced_days') }} as synced
    on days.organization = synced.organization and days.day = synced.day
