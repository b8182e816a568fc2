"""The settings as the tap uses them, and everything that can be wrong with them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jsonschema.exceptions import best_match

from tap_zencoder import stream_maps, violations
from tap_zencoder.errors import SettingsError, quoted
from tap_zencoder.objects import as_day
from tap_zencoder.window import WindowSettings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from jsonschema import ValidationError

LOG_IN = ("client_id", "client_secret")
API_KEY = "api_key"
_CREDENTIALS = (*LOG_IN, API_KEY)
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


def normalised(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration without what makes no difference.

    An empty value counts as not set, a credential has no white space around it, which
    the stores of CI systems like to add, and a whole number no fraction.
    """
    plain = {name: _plain(name, value) for name, value in config.items()}
    return {k: v for k, v in plain.items() if v is not None and v != ""}


def check(
    config: Mapping[str, Any],
    schema: Mapping[str, Any],
    broken: Iterable[ValidationError],
    streams: Collection[str],
) -> None:
    """Refuse a configuration that cannot be used.

    ``broken`` is what violates the JSON ``schema``, ``streams`` the names there are. A
    message never quotes the value of a secret.

    Raises:
        SettingsError: With every problem found.
    """
    properties = schema["properties"]
    problems = [_unknown(name, properties) for name in config if name not in properties]
    wrong = {}
    for violation in broken:
        if violation.path:
            name = str(violation.path[0])
            wrong[name] = _violated(violation, properties.get(name, {}))
    problems += wrong.values()
    sound = {name: value for name, value in config.items() if name not in wrong}
    problems += [*_credentials(config), *_headers(sound), *_dates(sound), *_urls(sound)]
    problems += stream_maps.problems(sound.get("stream_maps", {}), streams)
    if sound.get("flattening_enabled") and "flattening_max_depth" not in config:
        problems.append("flattening_enabled is set without flattening_max_depth")
    if problems:
        raise SettingsError(problems)


def strangers(
    environment: Iterable[str],
    prefix: str,
    names: Collection[str],
) -> Iterable[str]:
    """Yield a sentence for each variable that looks like a setting and is none."""
    # Meltano's own variables have two underscores. Those of a plugin that inherits have
    # its name before that of the setting.
    known = tuple(f"_{name}" for name in (*names, "loglevel"))
    for variable in environment:
        name = variable.removeprefix(prefix).lower()
        of_ours = variable.startswith(prefix) and "__" not in variable
        if of_ours and not f"_{name}".endswith(known):
            yield f"{variable} sets nothing: {_unknown(name, names)}."


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, str) and name in _CREDENTIALS:
        return value.strip()
    if isinstance(value, (float, Decimal)):
        number = float(value)
        return int(number) if abs(number) < _EXACT and number % 1 == 0 else number
    return value


def _unknown(name: str, properties: Collection[str]) -> str:
    return f"there is no setting {violations.unknown(name, properties)}"


def _violated(violation: ValidationError, schema: Mapping[str, Any]) -> str:
    error: Any = best_match([violation])  # in what has alternatives, the place itself
    path = quoted(".".join(map(str, error.absolute_path)))
    problem = f"{path} {violations.in_words(error)}"
    if schema.get("secret") or error.absolute_path[0] in _MAPS:
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


def _headers(config: Mapping[str, Any]) -> Iterable[str]:
    key, user_agent = config.get(API_KEY, "key"), config.get("user_agent", "agent")
    if not _is_printable(key) or " " in key:
        yield f"{API_KEY} holds characters that no key has: check how it was copied"
    if not _is_printable(user_agent) or user_agent != user_agent.strip():
        yield "user_agent must be printable ASCII, without spaces around it"


def _is_printable(text: str) -> bool:
    return text.isascii() and text.isprintable()


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
