"""Run the sandbox as ``python -m tap_zencoder.sandbox``."""

from tap_zencoder.sandbox.cli import main

main()
