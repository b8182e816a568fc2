{{ config(materialized='view', enabled=var('zencoder_person_marts') | string | lower == 'true') }}
select people.organization, people.week, people.email, people.active_days, people.messages, weeks.is_complete
from (select * from {{ ref('int_zencoder__user_weeks') }}) as people
inner join (select * from {{ ref('zencoder__weekly') }}) as weeks
    on people.organization = weeks.organization and people.week = weeks.week
