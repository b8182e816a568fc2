select
    organization,
    day,
    {{ zencoder.period_start('week', 'day') }} as week,
    {{ zencoder.period_start('month', 'day') }} as month,
    email,
    messages,
    lag(day) over (partition by organization, email order by day) as previous_day,
    lead(day) over (partition by organization, email order by day) as next_day
from {{ ref('stg_zencoder__users') }}
where is_active
