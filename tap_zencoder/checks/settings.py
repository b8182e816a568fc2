"""The settings as the tap uses them, and everything that can be wrong with them."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, ValidationError

from tap_zencoder.checks import stream_maps
from tap_zencoder.checks.environment import PREFIX
from tap_zencoder.checks.wording import unknown_name, violation_message
from tap_zencoder.days import WindowSettings, read_day
from tap_zencoder.errors import SettingsError
from tap_zencoder.redact import redacted

CLIENT_CREDENTIALS = ("client_id", "client_secret")
API_KEY = "api_key"
_MAPS = "stream_maps"
_EXACT = 2.0**53
"""Up to here, a float holds every whole number."""


@dataclass(frozen=True, kw_only=True)
class Settings(WindowSettings):
    """The settings of one sync, checked and typed."""

    client_id: str = ""
    client_secret: str = ""
    api_key: str = ""
    concurrency: int
    request_timeout: int
    user_agent: str
    api_url: str
    auth_url: str

    @classmethod
    def from_config(cls, config: Mapping[str, Any], user_agent: str) -> Settings:
        """Return the settings in what `checked_settings` has returned."""
        names = [field.name for field in fields(cls) if field.name in config]
        given = {"user_agent": user_agent, **{name: config[name] for name in names}}
        days = {name: _day(given.get(name)) for name in ("start_date", "end_date")}
        skipped = {"skip_days": _days(given.get("skip_days", ""))}
        url = {"api_url": given["api_url"].rstrip("/")}
        return cls(**{**given, **days, **skipped, **url})


def checked_settings(
    config: Mapping[str, Any],
    schema: Mapping[str, Any],
    streams: Collection[str],
    unread: Collection[str] = (),
) -> dict[str, Any]:
    """Return a configuration that can be used, with the defaults filled in.

    ``schema`` is the JSON Schema of the settings, ``streams`` the names there are,
    ``unread`` the settings that the environment has, if it was not asked for them. A
    message never quotes the value of a secret.

    Raises SettingsError with every problem found.
    """
    properties = schema["properties"]
    config = _normalised(config)
    known = {name: value for name, value in config.items() if name in properties}
    maps = known.get(_MAPS, {})
    others = {name: value for name, value in known.items() if name != _MAPS}
    wrong = {
        str(violation.path[0]): _violation_problem(violation, properties)
        for violation in Draft202012Validator(schema).iter_errors(others)
    }
    sound = {name: value for name, value in others.items() if name not in wrong}
    problems = [
        *(
            f"there is no setting {_unknown_setting(name, properties)}"
            for name in config
            if name not in properties
        ),
        *wrong.values(),
        *_credential_problems(config, unread),
        *_date_problems(sound),
        *_url_problems(sound),
        *stream_maps.problems(maps, streams),
    ]
    if sound.get("flattening_enabled") and "flattening_max_depth" not in config:
        problems.append("flattening_enabled is set without flattening_max_depth")
    if problems:
        raise SettingsError(problems)
    defaults = {k: v["default"] for k, v in properties.items() if "default" in v}
    return {**defaults, **known}


def _unknown_setting(name: str, properties: Collection[str]) -> str:
    # Of the SDK's settings the one that this tap does not have.
    is_batch = name == "batch_config"
    return (
        f"{name}: it writes no batches" if is_batch else unknown_name(name, properties)
    )


def _normalised(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration without what makes no difference.

    An empty value counts as not set, a credential has no white space around it, which
    the stores of CI systems like to add, and a whole number no fraction.
    """
    plain = {name: _plain(name, value) for name, value in config.items()}
    return {k: v for k, v in plain.items() if v is not None and v != ""}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, str) and name in {*CLIENT_CREDENTIALS, API_KEY}:
        return value.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def _violation_problem(
    error: ValidationError, properties: Mapping[str, Mapping[str, Any]]
) -> str:
    name = str(error.path[0])
    problem = f"{redacted('.'.join(map(str, error.path)))} {violation_message(error)}"
    # An object may hold a salt, and is nobody's to see.
    if properties[name].get("secret") or "object" in properties[name]["type"]:
        return problem
    return f"{problem}, not {redacted(repr(error.instance))}"


def _credential_problems(
    config: Mapping[str, Any], unread: Collection[str]
) -> Iterator[str]:
    login = [name for name in CLIENT_CREDENTIALS if name in config]
    if API_KEY in config and login:
        yield (
            f"{' and '.join([API_KEY, *login])} are set, but there is one way to log "
            "in at a time: either client_id and client_secret, or api_key"
        )
    elif API_KEY not in config and not login:
        logins = [name for name in (*CLIENT_CREDENTIALS, API_KEY) if name in unread]
        variables = " and ".join(PREFIX + name.upper() for name in logins)
        hint = f" ({variables}: read with --config ENV)" if logins else ""
        yield f"no credentials: set client_id and client_secret, or api_key{hint}"
    elif API_KEY not in config and len(login) == 1:
        missing = next(name for name in CLIENT_CREDENTIALS if name not in config)
        yield f"{login[0]} is set without {missing}"


def _date_problems(config: Mapping[str, Any]) -> Iterator[str]:
    read = {}
    for name in ("start_date", "end_date"):
        try:
            read[name] = _day(config.get(name))
        except ValueError:
            shown = redacted(repr(config[name]))
            yield f"{name} must be a day as YYYY-MM-DD, not {shown}"
    try:
        _days(config.get("skip_days", ""))
    except ValueError:
        shown = redacted(repr(config["skip_days"]))
        yield f"skip_days must be days as YYYY-MM-DD with commas between, not {shown}"
    if config.get("include_today") and config.get("delay_days"):
        yield "include_today and delay_days are both set, but say the opposite"
    start, end = read.get("start_date"), read.get("end_date")
    if start is not None and end is not None and start > end:
        yield f"start_date ({start}) is later than end_date ({end})"


def _day(text: str | None) -> date | None:
    return None if text is None else read_day(text)


def _days(text: str) -> frozenset[date]:
    return frozenset(read_day(part) for part in text.replace(",", " ").split())


def _url_problems(config: Mapping[str, Any]) -> Iterator[str]:
    for name in ("api_url", "auth_url"):
        if problem := _url_problem(config[name]) if name in config else None:
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
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
