"""The settings as the tap uses them, and everything that can be wrong with them."""

from __future__ import annotations

import difflib
import ipaddress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tap_zencoder.errors import SettingsError, quoted
from tap_zencoder.objects import as_day
from tap_zencoder.window import WindowSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jsonschema import ValidationError

LOG_IN = ("client_id", "client_secret")
API_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one sync, checked and typed."""

    client_id: str | None
    client_secret: str | None
    api_key: str | None
    days: WindowSettings
    concurrency: int
    request_timeout: int
    user_agent: str
    api_url: str
    auth_url: str

    @classmethod
    def from_config(cls, config: Mapping[str, Any], user_agent: str) -> Settings:
        """Read a configuration that `check` found no fault with."""
        return cls(
            client_id=config.get("client_id"),
            client_secret=config.get("client_secret"),
            api_key=config.get("api_key"),
            days=WindowSettings(
                start_date=_day(config.get("start_date")),
                end_date=_day(config.get("end_date")),
                include_today=config["include_today"],
                lookback_days=config["lookback_days"],
            ),
            concurrency=config["concurrency"],
            request_timeout=config["request_timeout"],
            user_agent=config.get("user_agent", user_agent),
            api_url=config["api_url"].rstrip("/"),
            auth_url=config["auth_url"],
        )


def check(
    config: Mapping[str, Any],
    schema: Mapping[str, Any],
    violations: Iterable[ValidationError],
) -> None:
    """Refuse a configuration that cannot be used.

    ``violations`` are those of the JSON ``schema``. A message never quotes the value
    of a secret.

    Raises:
        SettingsError: With every problem found.
    """
    properties = schema["properties"]
    problems = [_unknown(name, properties) for name in config if name not in properties]
    wrong = {}
    for violation in violations:
        if violation.path:
            name = str(violation.path[0])
            wrong[name] = _violated(name, violation, properties.get(name, {}))
    problems += wrong.values()
    sound = {name: value for name, value in config.items() if name not in wrong}
    problems += [*_credentials(config), *_dates(sound), *_urls(sound)]
    if problems:
        raise SettingsError(problems)


def _unknown(name: str, properties: Mapping[str, Any]) -> str:
    similar = difflib.get_close_matches(name, properties, n=1)
    hint = f" (did you mean {similar[0]}?)" if similar else ""
    return f"there is no setting {quoted(name)}{hint}"


def _violated(name: str, error: ValidationError, schema: Mapping[str, Any]) -> str:
    if error.validator == "type":
        wanted = [kind for kind in schema["type"] if kind != "null"]
        problem = f"{name} must be of type {' or '.join(wanted)}"
    elif error.validator == "minimum":
        problem = f"{name} must be at least {error.validator_value}"
    elif error.validator == "maximum":
        problem = f"{name} must be at most {error.validator_value}"
    else:
        problem = f"{name} is not as its schema says ({error.validator})"
    if schema.get("secret"):
        return problem
    return f"{problem}, not {quoted(repr(error.instance))}"


def _credentials(config: Mapping[str, Any]) -> Iterable[str]:
    log_in = [name for name in LOG_IN if name in config]
    if API_KEY in config and log_in:
        yield (
            f"{' and '.join([API_KEY, *log_in])} are set, but there is one way to log "
            "in at a time: either client_id and client_secret, or api_key"
        )
    elif API_KEY not in config and not log_in:
        yield "no credentials: set client_id and client_secret, or api_key"
    elif API_KEY not in config and len(log_in) == 1:
        missing = next(name for name in LOG_IN if name not in config)
        yield f"{log_in[0]} is set without {missing}"


def _dates(config: Mapping[str, Any]) -> Iterable[str]:
    read = {}
    for name in ("start_date", "end_date"):
        try:
            read[name] = _day(config.get(name))
        except ValueError:
            shown = quoted(repr(config[name]))
            yield f"{name} must be a day as YYYY-MM-DD, not {shown}"
    start, end = read.get("start_date"), read.get("end_date")
    if start is not None and end is not None and start > end:
        yield f"start_date ({start}) is later than end_date ({end})"


def _day(text: str | None) -> date | None:
    """Read ``YYYY-MM-DD``, or the UTC day of a timestamp: Meltano may make it one.

    Raises:
        ValueError: It is neither.
    """
    if text is None:
        return None
    day = date.fromisoformat(text[:10])
    if day.isoformat() != text[:10]:  # other forms of ISO 8601, such as 20260302
        raise ValueError(text)
    return date.fromisoformat(as_day(text))


def _urls(config: Mapping[str, Any]) -> Iterable[str]:
    for name in ("api_url", "auth_url"):
        problem = _url_problem(config.get(name, "https://default"))
        if problem:
            yield f"{name} {problem}"


def _url_problem(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in {"http", "https"} or not host:
        return "must be a URL that starts with https://"
    if "@" in parts.netloc:
        return "must not hold a user name or password"
    if parts.query or parts.fragment:
        return "must not hold a query or a fragment"
    if parts.scheme == "http" and not _is_loopback(host):
        return "must start with https:// (http:// is for this machine only)"
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
