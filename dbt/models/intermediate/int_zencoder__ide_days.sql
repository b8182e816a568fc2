select organization, day, ide_name, count(distinct email) as users
from {{ ref('stg_zencoder__user_ides') }}
group by 1, 2, 3
