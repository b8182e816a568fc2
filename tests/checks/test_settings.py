from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tap_zencoder.errors import SettingsError
from tap_zencoder.tap import TapZencoder

LOG_IN = {"client_id": "the-id", "client_secret": "the-secret"}


def problems(config: dict[str, Any]) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        TapZencoder(config=config)
    return clauses(refusal.value)


def clauses(refusal: SettingsError) -> list[str]:
    """Return the problems that an error lists."""
    sentence = str(refusal)
    assert sentence.startswith("Bad settings: ")
    assert sentence.endswith(".")
    return sentence.removeprefix("Bad settings: ").removesuffix(".").split("; ")


@pytest.mark.parametrize(
    "config",
    [
        LOG_IN,
        {"api_key": "the-key"},
        {**LOG_IN, "api_key": ""},
        {**LOG_IN, "api_key": None, "start_date": ""},
        {**LOG_IN, "start_date": "2026-01-01", "end_date": "2026-01-01"},
        {**LOG_IN, "api_url": "http://localhost:8080/", "auth_url": "http://[::1]/t"},
        {**LOG_IN, "api_url": "http://127.0.0.2:8080"},
    ],
)
def test_good_settings_are_accepted(config: dict[str, Any]) -> None:
    TapZencoder(config=dict(config))


@pytest.mark.parametrize(
    "maps",
    [
        {"users": {"email": "md5(email)"}},
        {"users": None, "daily": "__NULL__"},
        {"daily*": {"messages": None}},
        {"people": {"__source__": "users"}, "__else__": "__NULL__"},
        {"__else__": None},
    ],
)
def test_stream_maps_of_streams_that_exist_are_accepted(maps: dict[str, Any]) -> None:
    TapZencoder(config={**LOG_IN, "stream_maps": maps})


@pytest.mark.parametrize(
    ("maps", "problem"),
    [
        ({"user": {"email": "md5(email)"}}, "user (did you mean users?)"),
        ({"Users": {"email": "md5(email)"}}, "Users (did you mean users?)"),
        ({"people": {"__source__": "user"}}, "user (did you mean users?)"),
        ({"people": {"email": "md5(email)"}}, "no stream people"),
        ({"week*": None}, "no stream week*"),
        ({"__other__": None}, "__other__"),
        ({"users": None, "joe@example.com": {}}, "no stream ***"),
    ],
)
def test_a_map_of_a_stream_that_does_not_exist_is_refused(
    maps: dict[str, Any], problem: str
) -> None:
    """It would do nothing, and what it was to hide would be loaded."""
    [clause] = problems({**LOG_IN, "stream_maps": maps})
    assert clause.startswith("stream_maps")
    assert problem in clause
    assert "md5" not in clause


@pytest.mark.parametrize(
    "maps",
    [
        5,
        "x",
        [],
        {"users": 5},
        {"users": []},
        {"users": "x"},
        {"users": {"__key_properties__": [1]}},
        {"users": {"__key_properties__": "email"}},
        {"users": {"__key_properties__": ["a_salt"]}},
        {"users": {"__source__": 5}},
        {"users": {"__alias__": 5}},
        {"users": {"__filter__": 5}},
        {"users": {"__filter__": "messages > 'a_salt' +"}},
        {"users": {"__else__": "x"}},
        {"users": {"__else__": 5}},
        {"users": {"email": None}},
        {"users": {"email": "__NULL__"}},
        {"users": {"email": ""}},
        {"users": {"email": 5}},
        {"users": {"email": "md5('a_salt' + "}},
        {"__people": {"__source__": "users", "email": "md5('a_salt' + email)"}},
        {"__else__": "x"},
        {"__else__": 5},
        {"__else__": {}},
    ],
)
def test_maps_that_cannot_be_used_are_an_error_that_quotes_nothing(maps: Any) -> None:
    with pytest.raises(SettingsError, match="stream_maps") as refusal:
        TapZencoder(config={**LOG_IN, "stream_maps": maps})
    assert "a_salt" not in str(refusal.value)


def test_white_space_around_a_credential_does_not_count() -> None:
    config = {"client_id": " the-id", "client_secret": "the-secret\n", "api_key": " "}
    settings = TapZencoder(config=config).settings
    assert (settings.client_id, settings.client_secret) == ("the-id", "the-secret")


def test_days_to_skip_are_read_from_text() -> None:
    config = {**LOG_IN, "skip_days": "2026-03-02, 2026-03-05 "}
    days = {date(2026, 3, 2), date(2026, 3, 5)}
    assert TapZencoder(config=config).settings.skip_days == days


@pytest.mark.parametrize("number", [2.0, 2])
def test_a_whole_number_may_have_a_fraction_of_zero(number: Any) -> None:
    settings = TapZencoder(config={**LOG_IN, "concurrency": number}).settings
    assert (settings.concurrency, type(settings.concurrency)) == (2, int)


def test_defaults_are_as_documented() -> None:
    settings = TapZencoder(config=dict(LOG_IN)).settings
    assert settings.lookback_days == 3
    assert settings.include_today is False
    assert (settings.concurrency, settings.request_timeout) == (4, 60)
    assert settings.api_url == "https://api.zencoder.ai"
    assert settings.auth_url == "https://fe.zencoder.ai/oauth/token"
    assert settings.user_agent.startswith("tap-zencoder/")


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({}, "no credentials"),
        ({"client_id": "x"}, "without client_secret"),
        ({"client_secret": "x"}, "without client_id"),
        ({**LOG_IN, "api_key": "x"}, "api_key and client_id"),
        ({**LOG_IN, "star_date": "x"}, "did you mean start_date?"),
        ({**LOG_IN, "concurrency": 17}, "concurrency must be at most 16"),
        ({**LOG_IN, "concurrency": 0}, "concurrency must be at least 1"),
        ({**LOG_IN, "lookback_days": "3"}, "lookback_days must be of type integer"),
        ({**LOG_IN, "start_date": "2026-02-30"}, "start_date must be a day"),
        ({**LOG_IN, "start_date": "2026-02-01T25:00"}, "start_date must be a day"),
        ({**LOG_IN, "end_date": "20260201"}, "end_date must be a day"),
        ({**LOG_IN, "start_date": 20260201}, "start_date must be of type string"),
        (
            {**LOG_IN, "start_date": "2026-02-02", "end_date": "2026-02-01"},
            "start_date (2026-02-02) is later than end_date",
        ),
        (
            {"api_key": "zak_live_\u2019x"},
            "api_key holds characters",
        ),
        ({"api_key": "zak live x"}, "api_key holds characters"),
        (
            {**LOG_IN, "user_agent": "a\nb: c"},
            "user_agent holds characters",
        ),
        ({**LOG_IN, "concurrency": 1e30}, "concurrency must be at most 16"),
        ({**LOG_IN, "concurrency": float("inf")}, "at most 16, not inf"),
        (
            {**LOG_IN, "concurrency": 4.5},
            "concurrency must be of type integer",
        ),
        (
            {**LOG_IN, "flattening_enabled": True, "flattening_max_depth": -1},
            "flattening_max_depth must be at least 0",
        ),
        (
            {**LOG_IN, "flattening_max_key_length": 10},
            "flattening_max_key_length must be at least 18",
        ),
        (
            {**LOG_IN, "skip_days": "2026-03-02, March"},
            "skip_days must be days",
        ),
        (
            {**LOG_IN, "delay_days": 2, "include_today": True},
            "include_today and delay_days",
        ),
        (
            {**LOG_IN, "batch_config": {}},
            "no setting batch_config",
        ),
        (
            {**LOG_IN, "flattening_enabled": True},
            "without flattening_max_depth",
        ),
        ({**LOG_IN, "api_url": "http://api.example.com"}, "must start with https://"),
        ({**LOG_IN, "api_url": "api.example.com"}, "api_url must be a URL"),
        ({**LOG_IN, "api_url": "https://[oops"}, "api_url is not a URL"),
        ({**LOG_IN, "api_url": "https://x.example/?a=b"}, "a query"),
        ({**LOG_IN, "auth_url": "https://u:p@x.example"}, "must not hold a user name"),
    ],
)
def test_a_bad_setting_is_refused_in_words(
    config: dict[str, Any],
    problem: str,
) -> None:
    [found] = problems(config)
    assert problem in found


@pytest.mark.parametrize(
    "given",
    ["2026-03-02", "2026-03-02T00:00:00Z", "2026-03-02T11:19:28.816174"],
)
def test_a_start_date_may_be_the_timestamp_that_meltano_makes_of_it(given: str) -> None:
    settings = TapZencoder(config={**LOG_IN, "start_date": given}).settings
    assert settings.start_date == date(2026, 3, 2)


def test_all_problems_are_reported_at_once() -> None:
    found = problems(
        {"client_id": "x", "concurrency": 99, "start_date": "soon", "a": 1}
    )
    assert len(found) == 4


@pytest.mark.parametrize("name", ["client_id", "client_secret", "api_key"])
def test_the_value_of_a_secret_is_never_shown(name: str) -> None:
    found = problems({name: 7_777_777, "concurrency": "x"})
    assert any(name in problem for problem in found)
    assert "7777777" not in str(found)


def test_the_environment_sets_what_the_configuration_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAP_ZENCODER_API_KEY", "the-key")
    monkeypatch.setenv("TAP_ZENCODER_CONCURRENCY", "2")
    monkeypatch.setenv("TAP_ZENCODER_INCLUDE_TODAY", "True")
    monkeypatch.setenv("TAP_ZENCODER_CLIENT_ID", "")
    settings = TapZencoder(parse_env_config=True).settings
    assert (settings.api_key, settings.concurrency) == ("the-key", 2)
    assert settings.include_today is True


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("yes", True), ("on", True), ("0", False), ("no", False)],
)
def test_a_switch_in_the_environment_may_be_spelled_as_the_sdk_takes_it(
    monkeypatch: pytest.MonkeyPatch, text: str, *, value: bool
) -> None:
    monkeypatch.setenv("TAP_ZENCODER_API_KEY", "the-key")
    monkeypatch.setenv("TAP_ZENCODER_INCLUDE_TODAY", text)
    assert TapZencoder(parse_env_config=True).settings.include_today is value


def test_no_dotenv_file_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The SDK looks for one in every folder above the program that asks for it."""
    (tmp_path / ".env").write_text("TAP_ZENCODER_API_KEY=of-another-organisation\n")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setattr("dotenv.find_dotenv", lambda *_, **__: str(tmp_path / ".env"))
    monkeypatch.setenv("TAP_ZENCODER_API_KEY", "the-key")
    assert TapZencoder(parse_env_config=True).settings.api_key == "the-key"


def test_an_empty_variable_leaves_what_a_file_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAP_ZENCODER_START_DATE", "")
    config = {**LOG_IN, "start_date": "2026-03-02"}
    settings = TapZencoder(config=config, parse_env_config=True).settings
    assert settings.start_date == date(2026, 3, 2)


def test_a_variable_nested_too_deeply_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAP_ZENCODER_STREAM_MAPS", "[" * 10_000)
    with pytest.raises(SettingsError, match="stream_maps must be of type object"):
        TapZencoder(config=dict(LOG_IN), parse_env_config=True)


def test_the_environment_wins_over_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAP_ZENCODER_CONCURRENCY", "2")
    config = {**LOG_IN, "concurrency": 8}
    tap = TapZencoder(config=config, parse_env_config=True)
    assert tap.settings.concurrency == 2
    assert config["concurrency"] == 8


@pytest.mark.parametrize(
    ("variable", "warned"),
    [
        ("TAP_ZENCODER_STREAM_MAPS_USERS_EMAIL", False),
        ("TAP_ZENCODER_STREAM_MAP_CONFIG_SALT", False),
        ("TAP_ZENCODER__LOAD_SCHEMA", False),
        ("TAP_ZENCODER_SOUTH_API_KEY", False),
        ("TAP_ZENCODER_LOGLEVEL", False),
        ("TAP_ZENCODER_START_DAT", True),
        ("TAP_ZENCODER_X", True),
    ],
)
def test_a_variable_that_sets_nothing_is_warned_about(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    variable: str,
    *,
    warned: bool,
) -> None:
    monkeypatch.setenv(variable, "INFO")
    TapZencoder(config=dict(LOG_IN))
    assert (f"Ignoring {variable}: unknown setting" in caplog.text) is warned


def test_an_environment_variable_of_the_wrong_type_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAP_ZENCODER_API_KEY", "the-key")
    monkeypatch.setenv("TAP_ZENCODER_CONCURRENCY", "many")
    monkeypatch.setenv("TAP_ZENCODER_INCLUDE_TODAY", "maybe")
    with pytest.raises(SettingsError) as refusal:
        TapZencoder(parse_env_config=True)
    of_concurrency, of_include_today = sorted(clauses(refusal.value))
    assert of_concurrency.startswith("concurrency must be of type integer")
    assert of_include_today.startswith("include_today must be of type boolean")
