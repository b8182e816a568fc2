{{ config(
    pre_hook="{{ zencoder.check_given('people', ['email', 'team']) }}",
    post_hook="{{ zencoder.say_about_people(this) }}"
) }}
{%- set relation = zencoder.given('people') -%}
-- Who is in which team, from when until when; no row where no table of people is given.
{%- if relation %}
select
    {{ zencoder.organization(relation) }} as organization,
    {{ zencoder.given_email(relation) }} as email,
    {{ zencoder.given_text(relation, 'team') }} as team,
    coalesce(
        cast({{ zencoder.given_text(relation, 'valid_from') }} as date), cast('1900-01-01' as date)
    ) as valid_from,
    coalesce(
        cast({{ zencoder.given_text(relation, 'valid_to') }} as date), cast('9999-12-31' as date)
    ) as valid_to,
    count(*) as rows_given,
    {{ zencoder.is_respelled(relation) }} as is_respelled
from {{ relation }}
where {{ zencoder.given_text(relation, 'email') }} is not null and {{ zencoder.given_text(relation, 'team') }} is not null
group by 1, 2, 3, 4, 5
{%- else %}
{{ zencoder.no_rows(
    organization=dbt.type_string(), email=dbt.type_string(), team=dbt.type_string(), valid_from='date',
    valid_to='date', rows_given=dbt.type_bigint(), is_respelled='boolean'
) }}
{%- endif %}
