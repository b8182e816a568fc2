"""Run the tap as ``python -m tap_zencoder``."""

from tap_zencoder.cli import main

main()
