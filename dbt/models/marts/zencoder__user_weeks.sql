{{ config(materialized='view', enabled=var('zencoder_person_marts') | string | lower == 'true') }}
select people.organization, people.week, people.email, people.active_days, people.messages, weeks.is_complete
from {{ zencoder.rows_of('int_zencoder__user_weeks') }} as people
inner join {{ zencoder.rows_of('zencoder__weekly') }} as weeks
    on people.organization = weeks.organization and people.week = weeks.week
