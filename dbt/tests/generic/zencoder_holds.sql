{# A condition that holds in every row. #}
{% test zencoder_holds(model, condition) %}
select * from {{ model }} where not ({{ condition }})
{% endtest %}
