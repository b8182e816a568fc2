"""A local Zencoder with a synthetic organisation: to try, test and measure the tap."""

from tap_zencoder.sandbox.organisation import Organisation
from tap_zencoder.sandbox.server import Sandbox
from tap_zencoder.sandbox.service import Request

__all__ = ["Organisation", "Request", "Sandbox"]
