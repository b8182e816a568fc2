select
    organization,
    week,
    team,
    {{ zencoder.team_figures() }}
from {{ ref('int_zencoder__team_weeks') }}
group by 1, 2, 3
