{{ config(pre_hook="{{ zencoder.check_table('users') }}") }}
with listed as ({{ zencoder.listed_rows(source('zencoder', 'users')) }})

select
    of_organization as organization,
    of_day as day,
    lower(email) as email,
    {{ zencoder.joined_item() }} as ide_name
from listed
{{ zencoder.join_items('listed.ides') }}
where {{ zencoder.joined_item() }} is not null
