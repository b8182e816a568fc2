{{ config(materialized='view', enabled=var('zencoder_person_marts') | string | lower == 'true') }}
select people.organization, people.day, people.email, people.messages, days.is_complete
from {{ zencoder.rows_of('int_zencoder__user_days') }} as people
inner join {{ zencoder.rows_of('int_zencoder__days') }} as days
    on people.organization = days.organization and people.day = days.day
