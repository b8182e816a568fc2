select organization, day, language_name, count(distinct email) as users
from {{ ref('stg_zencoder__user_languages') }}
group by 1, 2, 3
