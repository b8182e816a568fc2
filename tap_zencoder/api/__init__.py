"""The contract of the Analytics API, without any I/O.

A request goes out as query parameters; a response comes in as status, headers and
body, and leaves as a report, a token or one of the errors in `tap_zencoder.errors`.
Everything here mirrors the "Analytics API" page of Zencoder's documentation.
"""
