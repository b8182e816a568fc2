"""Responses as the transport hands them over."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from requests.structures import CaseInsensitiveDict

from tap_zencoder.api.responses import Response

NOW = datetime(2026, 3, 10, 12, 0, 0, tzinfo=UTC)


def response(status: int, body: Any, **headers: str) -> Response:
    """Return a response; the body may be bytes, or what becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, CaseInsensitiveDict(named), content, NOW)
