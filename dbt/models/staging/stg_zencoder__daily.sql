with listed as ({{ zencoder.listed_rows(source('zencoder', 'daily')) }})

select
    of_organization as organization,
    cast(day as date) as day,
    cast(active_users as {{ dbt.type_bigint() }}) as active_users,
    cast(messages as {{ dbt.type_bigint() }}) as messages,
    _sdc_extracted_at as extracted_at
from listed
