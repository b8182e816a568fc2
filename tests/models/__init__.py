"""The models of dbt/, held against an oracle in Python."""
