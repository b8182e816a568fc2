select
    organization,
    min(day) as first_day,
    max(day) as last_day,
    max(case when is_complete then day end) as last_complete_day
from {{ ref('int_zencoder__synced_days') }}
group by 1
