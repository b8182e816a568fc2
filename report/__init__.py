"""A page about adoption, made from the models: `python -m report`.

Data flows one way: `source` asks dbt for the models' rows, `figures` says what they
mean, `sections` turns them into sentences, tables and charts, and `page` into HTML.
"""
