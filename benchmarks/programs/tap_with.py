"""The command ``tap-zencoder`` with other numbers in place of its own.

Usage: tap_with.py MODULE.NAME=NUMBER OPTION...
"""

from __future__ import annotations

import importlib
import sys

from tap_zencoder.cli import main

name, _, number = sys.argv.pop(1).partition("=")
module, _, constant = name.rpartition(".")
setattr(importlib.import_module(f"tap_zencoder.{module}"), constant, int(number))
main()
