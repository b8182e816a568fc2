"""The command: `python -m report`, where dbt builds the models."""

import sys

try:
    from report.cli import main

    main()
except ModuleNotFoundError as error:
    told = (
        f"Error: There is no library {error.name} in this Python's environment: "
        "install jinja2 and vl-convert-python beside dbt."
    )
    sys.exit(told)
