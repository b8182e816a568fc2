"""Many sandboxes in one process, with every answer ready: ``organisations.py COUNT``.

Prints the settings of each as one JSON list, then serves until it is stopped.
"""

from __future__ import annotations

import json
import selectors
import sys
from datetime import UTC, date, datetime, timedelta

from tap_zencoder.sandbox import Organisation, Sandbox
from tap_zencoder.sandbox.service import API_KEY, USAGE_PATH, Request

LATENCY = 0.1
USERS = 50
DAYS = 40
"""How many days before today somebody may ask for."""


def queries(today: date) -> list[dict[str, str]]:
    """Return what a tap may ask for."""
    days = [{"day": str(today - timedelta(days=n))} for n in range(DAYS)]
    return [*days, *({"period": name} for name in ("7d", "30d", "90d"))]


def prepare(sandbox: Sandbox) -> None:
    """Make every answer once; the sandbox keeps it."""
    for query in queries(datetime.now(UTC).date()):
        request = Request(0, "GET", USAGE_PATH, query)
        sandbox.answer(request, {"zencoder-api-key": API_KEY}, b"")


def serve(sandboxes: list[Sandbox]) -> None:
    """Serve all from one thread: 200 that look around take an eighth of a core."""
    with selectors.DefaultSelector() as selector:
        for sandbox in sandboxes:
            selector.register(sandbox._server, selectors.EVENT_READ, sandbox._server)  # noqa: SLF001
        while True:
            for key, _ in selector.select():
                key.data.handle_request()


def main() -> None:
    """Serve as many organisations as asked for, each from its own seed."""
    made = [
        Sandbox(Organisation(users=USERS, seed=seed), latency=LATENCY)
        for seed in range(1, int(sys.argv[1]) + 1)
    ]
    for sandbox in made:
        prepare(sandbox)
    print(json.dumps([sandbox.settings() for sandbox in made]), flush=True)
    serve(made)


main()
