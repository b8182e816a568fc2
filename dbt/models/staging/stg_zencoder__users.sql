{{ config(pre_hook="{{ zencoder.check_table('users') }}") }}
with listed as ({{ zencoder.listed_rows(source('zencoder', 'users')) }})

-- The API may know somebody in two spellings, and may list people who did nothing.
select
    of_organization as organization,
    of_day as day,
    lower(email) as email,
    {{ zencoder.total('messages') }} as messages,
    max(cast(last_active as date)) as last_active,
    max(
        case
            when messages > 0 then 1
            when {{ zencoder.number_of_items('ides') }} > 0 then 1
            when {{ zencoder.number_of_items('languages') }} > 0 then 1
            else 0
        end
    ) = 1 as is_active,
    max(of_answer) as extracted_at
from listed
group by 1, 2, 3
