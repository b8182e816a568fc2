"""The command: `python -m report`, where dbt builds the models."""

from report.cli import main

if __name__ == "__main__":
    main()
