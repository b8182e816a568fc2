{{ config(materialized='view', enabled=var('zencoder_person_marts') | string | lower == 'true') }}
select * from {{ ref('int_zencoder__users') }}
