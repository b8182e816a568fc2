"""The settings as the tap uses them, and everything that can be wrong with them."""

from __future__ import annotations

import fnmatch
import ipaddress
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, ValidationError

from tap_zencoder.checks.sources import PREFIX
from tap_zencoder.days import WindowSettings, read_day
from tap_zencoder.errors import SettingsError, unknown_name
from tap_zencoder.redact import redacted

CLIENT_CREDENTIALS = ("client_id", "client_secret")
API_KEY = "api_key"
LOGINS = frozenset({*CLIENT_CREDENTIALS, API_KEY})
_MAPS = "stream_maps"
_DAYS = ("start_date", "end_date")
_URLS = ("api_url", "auth_url")
_EXACT = 2.0**53
"""Up to here, a float holds every whole number."""
_PHRASES = {
    "maximum": "must be at most {}",
    "minimum": "must be at least {}",
    "type": "must be of type {}",
    "pattern": "holds characters that cannot be sent: check how it was copied",
}


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
        given |= {name: read_day(given[name]) for name in _DAYS if name in given}
        given["skip_days"] = _days(given.get("skip_days", ""))
        given["api_url"] = given["api_url"].rstrip("/")
        return cls(**given)


def checked_settings(
    config: Mapping[str, Any],
    schema: Mapping[str, Any],
    streams: Collection[str],
    unread: Collection[str] = (),
) -> dict[str, Any]:
    """Return a configuration that can be used, with the defaults filled in.

    ``unread`` are settings in an environment that was not asked for them. Raises
    SettingsError with every problem found, and without the value of a secret.
    """
    properties = schema["properties"]
    # An empty value counts as not set.
    plain = {name: _plain(name, value) for name, value in config.items()}
    config = {k: v for k, v in plain.items() if v is not None and v != ""}
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
            f"there is no setting {unknown_name(name, properties)}"
            for name in config
            if name not in properties
        ),
        *wrong.values(),
        *_credential_problems(config, unread),
        *_date_problems(sound),
        *(f"{n} {p}" for n in _URLS if (p := _url_problem(sound.get(n)))),
        *_map_problems(maps, streams),
    ]
    if sound.get("flattening_enabled") and "flattening_max_depth" not in config:
        problems.append("flattening_enabled is set without flattening_max_depth")
    if problems:
        raise SettingsError(problems)
    defaults = {k: v["default"] for k, v in properties.items() if "default" in v}
    return {**defaults, **known}


def _plain(name: str, value: Any) -> Any:
    """Return a value without what makes no difference.

    The stores of CI systems like to add white space, and some tools a fraction of zero.
    """
    if isinstance(value, str) and name in {*LOGINS, *_URLS}:
        return value.strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value


def _violation_problem(
    error: ValidationError, properties: Mapping[str, Mapping[str, Any]]
) -> str:
    wanted: Any = error.validator_value
    values = wanted if isinstance(wanted, list) else [wanted]
    phrase = _PHRASES.get(str(error.validator), "must be something else")
    message = phrase.format(" or ".join(str(v) for v in values if v != "null"))
    problem = f"{redacted('.'.join(map(str, error.path)))} {message}"
    # An object may hold a salt, and is nobody's to see.
    own = properties[str(error.path[0])]
    if own.get("secret") or "object" in own["type"]:
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
    read: dict[str, date] = {}
    for name in (name for name in _DAYS if name in config):
        try:
            read[name] = read_day(config[name])
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
    if len(read) == len(_DAYS) and read["start_date"] > read["end_date"]:
        start, end = read.values()
        yield f"start_date ({start}) is later than end_date ({end})"


def _days(text: str) -> frozenset[date]:
    return frozenset(read_day(part) for part in text.replace(",", " ").split())


def _url_problem(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in {"http", "https"} or not host:
        return "must be a URL that starts with https://"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return "must not hold a user name, a query or a fragment"
    if parts.scheme == "http" and not is_loopback(host):
        return "must start with https:// (http:// is for this machine only)"
    return None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _map_problems(maps: Any, streams: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with stream maps that the SDK does not see.

    A map for a stream that does not exist would do nothing, and what it was to hide
    would be loaded. An expression is never quoted: it may hold a salt.
    """
    for name, given in maps.items() if isinstance(maps, dict) else ():
        columns = given if isinstance(given, dict) else {}
        source = str(columns.get("__source__", name))
        if name != "__else__" and not fnmatch.filter(streams, source):
            yield f"stream_maps: there is no stream {unknown_name(source, streams)}"
        if not columns.get("__key_properties__", True):
            yield f"stream_maps: {redacted(name)}.__key_properties__ names no column"
    if not isinstance(maps, dict):
        yield "stream_maps must be of type object"
