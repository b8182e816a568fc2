{%- for table in ['daily', 'users'] %}
select
    {{ zencoder.organization(source('zencoder', table)) }} as organization,
    cast(day as date) as day,
    max(_sdc_extracted_at) as extracted_at
from {{ source('zencoder', table) }}
group by 1, 2
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
