"""The settings as the tap uses them, and everything that can be wrong with them."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match

from tap_zencoder.checks import stream_maps
from tap_zencoder.checks.wording import unknown_name, violation_message
from tap_zencoder.days import WindowSettings, read_day
from tap_zencoder.errors import SettingsError
from tap_zencoder.redact import redacted

LOGIN = ("client_id", "client_secret")
API_KEY = "api_key"
_CREDENTIALS = (*LOGIN, API_KEY)
_EXACT = 2.0**53
"""Up to here, a float holds every whole number."""
_MAPS = ("stream_maps", "stream_map_config")
"""May hold a salt, which is nobody's to see."""


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
        """Return the settings in a configuration that `checked` has returned."""
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


def checked(
    config: Mapping[str, Any],
    schema: Mapping[str, Any],
    streams: Collection[str],
) -> dict[str, Any]:
    """Return a configuration that can be used, with the defaults filled in.

    ``schema`` is the JSON Schema of the settings, ``streams`` the names there are.
    A message never quotes the value of a secret.

    Raises:
        SettingsError: With every problem found.
    """
    properties = schema["properties"]
    config = _normalised(config)
    unknown = [name for name in config if name not in properties]
    problems = [
        f"there is no setting {unknown_name(name, properties)}" for name in unknown
    ]
    known = {name: value for name, value in config.items() if name in properties}
    wrong = {
        str(violation.path[0]): _violation_problem(violation, properties)
        for violation in Draft202012Validator(schema).iter_errors(known)
    }
    problems += wrong.values()
    sound = {name: value for name, value in known.items() if name not in wrong}
    problems += [*_credential_problems(config), *_header_problems(sound)]
    problems += [*_date_problems(sound), *_url_problems(sound)]
    problems += stream_maps.problems(sound.get("stream_maps", {}), streams)
    if sound.get("flattening_enabled") and "flattening_max_depth" not in config:
        problems.append("flattening_enabled is set without flattening_max_depth")
    if problems:
        raise SettingsError(problems)
    defaults = {k: v["default"] for k, v in properties.items() if "default" in v}
    return {**defaults, **known}


def _normalised(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration without what makes no difference.

    An empty value counts as not set, a credential has no white space around it, which
    the stores of CI systems like to add, and a whole number no fraction.
    """
    plain = {name: _plain(name, value) for name, value in config.items()}
    return {k: v for k, v in plain.items() if v is not None and v != ""}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, str) and name in _CREDENTIALS:
        return value.strip()
    if isinstance(value, (float, Decimal)):
        number = float(value)
        return int(number) if abs(number) < _EXACT and number % 1 == 0 else number
    return value


def _violation_problem(
    violation: ValidationError,
    properties: Mapping[str, Mapping[str, Any]],
) -> str:
    error: Any = best_match([violation])  # in what has alternatives, the place itself
    path = redacted(".".join(map(str, error.absolute_path)))
    problem = f"{path} {violation_message(error)}"
    name = str(error.absolute_path[0])
    if properties[name].get("secret") or name in _MAPS:
        return problem
    return f"{problem}, not {redacted(repr(error.instance))}"


def _credential_problems(config: Mapping[str, Any]) -> Iterable[str]:
    login = [name for name in LOGIN if name in config]
    if API_KEY in config and login:
        yield (
            f"{' and '.join([API_KEY, *login])} are set, but there is one way to log "
            "in at a time: either client_id and client_secret, or api_key"
        )
    elif API_KEY not in config and not login:
        yield "no credentials: set client_id and client_secret, or api_key"
    elif API_KEY not in config and len(login) == 1:
        missing = next(name for name in LOGIN if name not in config)
        yield f"{login[0]} is set without {missing}"


def _header_problems(config: Mapping[str, Any]) -> Iterable[str]:
    key, user_agent = config.get(API_KEY, "key"), config.get("user_agent", "agent")
    if not _is_printable(key) or " " in key:
        yield f"{API_KEY} holds characters that no key has: check how it was copied"
    if not _is_printable(user_agent) or user_agent != user_agent.strip():
        yield "user_agent must be printable ASCII, without spaces around it"


def _is_printable(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _date_problems(config: Mapping[str, Any]) -> Iterable[str]:
    read = {}
    for name in ("start_date", "end_date"):
        try:
            read[name] = _day(config.get(name))
        except ValueError:
            shown = redacted(repr(config[name]))
            yield f"{name} must be a day as YYYY-MM-DD, not {shown}"
    start, end = read.get("start_date"), read.get("end_date")
    if start is not None and end is not None and start > end:
        yield f"start_date ({start}) is later than end_date ({end})"


def _day(text: str | None) -> date | None:
    # Meltano may make a timestamp of a day.
    return None if text is None else read_day(text)


def _url_problems(config: Mapping[str, Any]) -> Iterable[str]:
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
    if parts.scheme == "http" and not is_loopback(host):
        return "must start with https:// (http:// is for this machine only)"
    return None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
