"""The example for Dagster, with real workers, a real Redis and a real PostgreSQL."""
