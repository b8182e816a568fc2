with listed as ({{ zencoder.listed_rows(source('zencoder', 'daily_ides')) }})

select
    of_organization as organization,
    cast(day as date) as day,
    ide_name,
    cast(engaged_users as {{ dbt.type_bigint() }}) as engaged_users,
    _sdc_extracted_at as extracted_at
from listed
